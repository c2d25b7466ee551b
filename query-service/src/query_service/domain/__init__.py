"""The read side's rules: pure, no I/O, no clock."""
