"""The way back after a restored backup: what the store lacks is taken from Kafka's log."""
