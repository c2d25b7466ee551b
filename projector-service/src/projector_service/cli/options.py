"""Options that several commands share."""

import getpass
import re
from collections.abc import Callable
from typing import Annotated

import typer

from ticket_contracts.fields import UUID_PATTERN


def ticket_id(text: str | None) -> str | None:
    """Return a ticket id as it is stored; raises BadParameter where it is none."""
    if text is not None and not re.fullmatch(UUID_PATTERN, text.lower()):
        raise typer.BadParameter("a ticket's id is a UUID")
    return text.lower() if text else None


def in_the_log(most: int) -> Callable[[str | None], str | None]:
    """Return a check that a text may stand in the log: 1 to `most` characters."""

    def check(text: str | None) -> str | None:
        if text is not None and not 1 <= len(text) <= most:
            raise typer.BadParameter(f"1 to {most} characters")
        if text is not None and any("\ud800" <= character <= "\udfff" for character in text):
            raise typer.BadParameter("not in this terminal's encoding")  # so Python keeps bytes that it cannot read
        return text

    return check


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise typer.BadParameter("who runs this has no name: say one with --operator") from None


Ticket = Annotated[str, typer.Argument(metavar="TICKET", help="The ticket's id.", callback=ticket_id)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Operator = Annotated[
    str,
    typer.Option(
        "--operator",
        help="Who asks; stands in the log.",
        default_factory=_user,
        show_default="you",
        callback=in_the_log(100),
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to wait for the projector to do it.")
]

TIMEOUT = 30.0
