"""What the tool is about to do, said before it takes its time."""


def tell(what: str) -> None:
    """Print a line at once, also into a pipe."""
    print(what, flush=True)
