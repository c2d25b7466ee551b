"""A ServiceNow incident log becomes commands: the pure mapping first, the sending last."""
