"""The relay: one leader tails the store's change stream and publishes every event to Kafka, in order."""
