"""The outside world: MongoDB, Kafka, and their stand-in in memory."""
