"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
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
