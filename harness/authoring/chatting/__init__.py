"""Chats by hand with a provider, and scenarios that are saved from them."""
