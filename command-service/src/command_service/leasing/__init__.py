"""Leadership: what only one instance may do at a time."""
