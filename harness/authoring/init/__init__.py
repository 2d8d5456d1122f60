"""The files with which a project of one's own begins."""
