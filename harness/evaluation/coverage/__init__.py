"""What recorded conversations cover: fields of payloads, buttons, tools and error branches."""
