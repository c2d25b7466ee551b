"""Reads the end state: the event store, Kafka's topics, the query service over HTTP, the query database."""
