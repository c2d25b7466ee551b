"""One team alone: its service with the previous contracts beside others with the present ones, on a real broker."""
