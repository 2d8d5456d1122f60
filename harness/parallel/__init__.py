"""Many conversations at once: threads for live ones, processes for replays, behind `Workers`."""
