"""A project with a bot of its own, which shows a first red and a first green."""
