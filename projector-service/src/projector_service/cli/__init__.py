"""The operators' command line, `projector`: one module for each group of commands, app.py lists them all."""


def main() -> None:
    """Run the command line on the arguments of this process."""
    from projector_service.cli.app import app  # late: the service itself needs none of it

    app()
