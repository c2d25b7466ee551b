"""Options that several commands share."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer


def flag(name: str, explanation: str) -> Any:
    """An option without a value, and shown without one."""
    return typer.Option(name, metavar="", help=explanation)


Json = Annotated[bool, flag("--json", "Print JSON, for programs.")]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to wait for the read side to catch up.")
]
LogFile = Annotated[
    Path, typer.Argument(metavar="LOG.csv[.gz]", exists=True, dir_okay=False, readable=True, help="The incident log.")
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Leave out rows updated after this time (2016-04-01T00:00:00Z)."),
]
ExpectedFile = Annotated[
    Path,
    typer.Argument(metavar="EXPECTED.json", exists=True, dir_okay=False, readable=True, help="What must come out."),
]

CATCH_UP = 300.0
"""Seconds that the read side gets by default: the whole shipped log takes about one minute."""

TicketName = Annotated[
    str, typer.Argument(metavar="ID", help="A ticket's id, or its external id (an incident number).")
]
_SAID = "What to say; - takes it from standard input, and what begins with a dash goes behind --."
Message = Annotated[str, typer.Argument(metavar="MESSAGE", help=_SAID)]
Text = Annotated[str, typer.Argument(metavar="TEXT", help=_SAID)]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="An idempotency key: the same command with the same key acts once, however often sent.",
    ),
]


def words(allowed: Sequence[str], explanation: str) -> Any:
    """A repeatable option whose values are some of the `allowed` words."""

    def check(values: list[str] | None) -> list[str] | None:
        for value in values or ():
            if value not in allowed:
                raise typer.BadParameter(f"{value!r} is not one of {', '.join(allowed)}")
        return values

    def complete(incomplete: str) -> list[str]:
        return [word for word in allowed if word.startswith(incomplete)]

    return typer.Option(help=explanation, metavar="|".join(allowed), callback=check, autocompletion=complete)


def moment(text: str | None) -> str | None:
    """Callback of an option that takes a time; wrong usage where it is none, or none that means one moment."""
    try:
        if text is not None and datetime.fromisoformat(text).tzinfo is None:
            raise ValueError(f"{text!r} has no time zone")
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write a time such as 2016-02-29T01:16:00Z") from None
    return text


def said(text: str) -> str:
    """The text itself, or all of standard input for `-`, without the line end that closes it."""
    return typer.get_text_stream("stdin", encoding="utf-8").read().removesuffix("\n") if text == "-" else text
