"""What everything stands on: errors, source places, durations, texts, locks."""
