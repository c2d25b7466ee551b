"""The operators' command line, `command`: one module a command, app.py lists them all."""


def main() -> None:
    """Run the command line on the arguments of this process."""
    from command_service.cli.app import app  # late: the service itself needs none of it

    app()
