"""The rules of a ticket: pure, without I/O, clock or ids of their own."""
