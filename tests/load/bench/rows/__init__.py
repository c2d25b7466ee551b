"""The rows of the table, by family; each function measures one and returns it."""
