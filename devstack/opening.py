"""Finds the stack of a project: the one that runs, else the one that this machine can run."""

import os
from pathlib import Path

from devstack.docker import DockerStack
from devstack.errors import StackError
from devstack.local import LocalStack
from devstack.project import Project
from devstack.selection import Kind, chosen_kind, engine_answers
from devstack.stack import Stack


def open_stack(project: Project) -> Stack:
    """Return the project's stack as it was last started, else as `chosen_kind` says."""
    return stack_of(project, _recorded(project) or chosen_kind())


def prepare_stack(project: Project) -> Stack:
    """Return the stack to start: as `chosen_kind` says, its images built; where the other kind runs, stop that.

    Falls back to processes of this machine when the images cannot be built and STACK asks for nothing; raises
    StackError when it asks for Docker, or for a password that no stack can have.
    """
    project.check_passwords()
    kind = _buildable(project, chosen_kind())
    before = _recorded(project)
    if before is not None and before != kind:
        stack_of(project, before).down()
    _record(project).parent.mkdir(parents=True, exist_ok=True)
    _record(project).write_text(kind)
    return stack_of(project, kind)


def all_stacks(project: Project) -> list[Stack]:
    """Return every stack that could hold something of the project: what `reset` must see to."""
    stacks: list[Stack] = [LocalStack(project)]
    if engine_answers():
        stacks.append(DockerStack(project))
    return stacks


def stack_of(project: Project, kind: Kind) -> Stack:
    """Return the project's stack of that kind, whatever runs."""
    return DockerStack(project) if kind == "docker" else LocalStack(project)


def _buildable(project: Project, kind: Kind) -> Kind:
    if kind == "local":
        return kind
    try:
        DockerStack(project).build()
    except StackError as error:
        if os.environ.get("STACK"):
            raise
        print(f"{error}\nGoing on without Docker.")
        return "local"
    return kind


def _recorded(project: Project) -> Kind | None:
    """Return the kind last started, if it can still be used."""
    try:
        kind = _record(project).read_text()
    except FileNotFoundError:
        return None
    if kind == "docker":
        return "docker" if engine_answers() else None
    return "local"


def _record(project: Project) -> Path:
    return project.directory / "kind"
