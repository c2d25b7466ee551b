"""What is done to the system, one kind of fault a module."""
