"""`python -m gate COMMAND`: the contracts' schemas, and the gate that lets no breaking change pass."""

import argparse
import sys
from collections.abc import Callable

from gate.schemas import drift, write_schemas

Arguments = argparse.Namespace


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 all well, 1 something is wrong, 2 not to be judged."""
    parser = argparse.ArgumentParser(prog="python -m gate", description=__doc__)
    commands = parser.add_subparsers(required=True)
    schemas = commands.add_parser("schemas", help="write contracts/schemas/ from the models")
    schemas.add_argument("--check", action="store_true", help="only say what differs; exit code 1 if anything does")
    schemas.set_defaults(run=_schemas)
    arguments = parser.parse_args(argv)
    run: Callable[[Arguments], int] = arguments.run
    return run(arguments)


def _schemas(arguments: Arguments) -> int:
    if not arguments.check:
        for path in write_schemas():
            print(f"written: {path}")
    found = drift()
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
