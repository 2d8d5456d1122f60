"""Chat APIs as data, and the interpreter that runs conversations with them."""
