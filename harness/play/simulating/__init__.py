"""Simulated users: what they say next, whom they ask, and how they end a conversation."""
