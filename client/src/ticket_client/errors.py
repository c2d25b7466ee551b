"""What can go wrong when talking to the services. What they refuse on purpose is in problems.py."""


class ClientError(Exception):
    """The root of all errors that this package raises on purpose."""


class UnreachableError(ClientError):
    """No usable answer: the connection failed or the time was up, also after all retries."""


class UnexpectedAnswerError(ClientError):
    """An answer that the API does not describe; as a rule, the address is that of something else."""
