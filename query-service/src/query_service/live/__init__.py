"""Changes of tickets as they happen, to many listeners: read once from the database, matched once a filter."""
