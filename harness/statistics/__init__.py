"""Pass rates, gates and comparisons, computed with the standard library alone."""
