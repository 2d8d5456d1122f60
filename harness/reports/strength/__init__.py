"""Shows what became of changed replies: in the terminal, as JSON, as Markdown and as a page."""
