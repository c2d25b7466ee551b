"""The addresses of the services as options of every command, so that they may stand before or behind its name."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from inspect import Parameter
from typing import Annotated, Any

import typer

from ticket_client.cli.stack import Stack, address

CommandUrl = Annotated[
    str | None, typer.Option(metavar="URL", callback=address, help="Where the command-service answers.")
]
QueryUrl = Annotated[str | None, typer.Option(metavar="URL", callback=address, help="Where the query-service answers.")]


def on_stack(command: Callable[..., None]) -> Callable[..., None]:
    """A command for typer, from one whose first parameter is the Stack that it works on."""

    def chosen(context: typer.Context, command_url: str | None, query_url: str | None, **options: Any) -> None:
        stack: Stack = context.obj
        if command_url is not None:
            stack = replace(stack, command_url=command_url)
        if query_url is not None:
            stack = replace(stack, query_url=query_url)
        command(stack, **options)

    _, *own = inspect.signature(command).parameters.values()
    parameters = [
        Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context),
        *(parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own),
        Parameter("command_url", Parameter.KEYWORD_ONLY, default=None, annotation=CommandUrl),
        Parameter("query_url", Parameter.KEYWORD_ONLY, default=None, annotation=QueryUrl),
    ]
    # What typer reads: the options, and the sentence for --help.
    chosen.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    chosen.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    chosen.__doc__ = command.__doc__
    return chosen
