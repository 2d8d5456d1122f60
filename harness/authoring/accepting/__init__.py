"""Rewrites expectations to what the bot says now."""
