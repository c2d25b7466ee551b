"""`python -m gate COMMAND`: the contracts' schemas, and the gate that lets no breaking change pass."""

import argparse
import sys
from collections.abc import Callable

from gate.check import has_schemas, judge
from gate.report import lines_of
from gate.revisions import RevisionError, base_commit, files_at, published_commits, worktree_files
from gate.schemas import drift, write_schemas

Arguments = argparse.Namespace


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 all well, 1 something is wrong, 2 not to be judged."""
    parser = argparse.ArgumentParser(prog="python -m gate", description=__doc__)
    commands = parser.add_subparsers(required=True)
    schemas = commands.add_parser("schemas", help="write contracts/schemas/ from the models")
    schemas.add_argument("--check", action="store_true", help="only say what differs; exit code 1 if anything does")
    schemas.set_defaults(run=_schemas)
    check = commands.add_parser("check", help="judge the contracts of the working tree against those of a revision")
    check.add_argument("base", help="the revision, such as origin/main")
    check.set_defaults(run=_check)
    arguments = parser.parse_args(argv)
    run: Callable[[Arguments], int] = arguments.run
    try:
        return run(arguments)
    except RevisionError as error:
        print(f"cannot judge: {error}", file=sys.stderr)
        return 2


def _schemas(arguments: Arguments) -> int:
    if not arguments.check:
        for path in write_schemas():
            print(f"written: {path}")
    return 0 if _as_the_models_say() else 1


def _check(arguments: Arguments) -> int:
    # What is compared are files: a model that was changed without them would pass as no change at all.
    written = _as_the_models_say()
    commit = base_commit(arguments.base)
    base, head = files_at(commit), worktree_files()
    print(f"contracts against {arguments.base} ({commit[:12]})")
    if not has_schemas(base):
        print(f"nothing was published there; {len(head) - 1} files of schemas and samples are new")
        return 0 if written else 1
    judgement = judge(base, [files_at(published) for published in published_commits(commit)], head)
    for line in lines_of(judgement):
        print(line)
    return 0 if written and not judgement.refused else 1


def _as_the_models_say() -> bool:
    found = drift()
    for sentence in found:
        print(sentence, file=sys.stderr)
    return not found


if __name__ == "__main__":
    sys.exit(main())
