"""The HTTP surface: parses, delegates, answers."""
