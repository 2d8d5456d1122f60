"""Chat APIs as data, and the interpreter that talks to them."""
