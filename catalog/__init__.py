"""The catalogue: who sends and receives which topic, and what each reader reads, found in the code."""
