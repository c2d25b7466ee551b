"""The filters of the API as options, for every command that takes them."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import typer

from ticket_client.cli.options import moment, words
from ticket_client.values import Awaiting, Channel, Priority, Status

Statuses = Annotated[list[str] | None, words(get_args(Status), "Any of these; again for more.")]
Priorities = Annotated[list[str] | None, words(get_args(Priority), "Any of these; again for more.")]
Channels = Annotated[list[str] | None, words(get_args(Channel), "Any of these; again for more.")]
Tags = Annotated[list[str] | None, typer.Option(metavar="TAG", help="All of these; again for more.")]
Text = Annotated[str | None, typer.Option(metavar="NAME")]
Customer = Annotated[str | None, typer.Option("--customer", metavar="ID")]
ExternalId = Annotated[str | None, typer.Option("--external-id", metavar="ID")]
Note = Annotated[bool | None, typer.Option("--note/--no-note", metavar="", help="Whether an agent left a note.")]
Speaker = Annotated[Awaiting | None, typer.Option(help="Who is to speak next.")]
Time = Annotated[str | None, typer.Option(metavar="TIME", callback=moment, help="Such as 2016-02-29T01:16:00Z.")]


def those_given(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}
