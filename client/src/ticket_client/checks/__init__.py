"""Comparing what the read side serves with what must come out."""
