"""The `tickets` command line: one module a command, app.py lists them all."""


def main() -> None:
    """Run the command line on the arguments of this process."""
    from ticket_client.cli.app import app  # late: the libraries of a command line are no part of the client

    app()
