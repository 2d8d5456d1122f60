"""A project's recordings looked at without playing: what is planned, what lies there, what fits."""
