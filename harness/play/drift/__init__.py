"""How a conversation differs from its recording, turn by turn."""
