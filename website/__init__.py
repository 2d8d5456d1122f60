"""The site of the documentation; not part of the package."""
