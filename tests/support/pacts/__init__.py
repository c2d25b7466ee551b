"""What a team asks of another one, as pact files: written by the consumer's tests, verified by the provider's."""
