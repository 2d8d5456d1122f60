"""Plays conversations and judges them."""
