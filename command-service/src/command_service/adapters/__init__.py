"""The outside world: MongoDB."""
