"""What a stack can do, with Docker or without."""

from collections.abc import Sequence
from typing import Protocol

from devstack.project import COMPONENTS, Project


class Stack(Protocol):
    """The servers of one project. Every method raises StackError when it cannot do its work in time."""

    project: Project
    kind: str

    def up(self, components: Sequence[str] = COMPONENTS) -> None:
        """Start `components`; return when they are ready, with users, topics and all."""

    def down(self) -> None:
        """Stop everything and keep the data."""

    def reset(self) -> None:
        """Stop everything and drop the data; nothing needs to run."""

    def ps(self) -> None:
        """Print what runs."""

    def logs(self, components: Sequence[str], *, follow: bool) -> None:
        """Print the end of the logs of `components`, of all where none is named; go on with them if `follow`."""

    def kill(self, component: str) -> None:
        """End a component with SIGKILL. It is started again by whoever watches over it."""

    def stop(self, component: str) -> None:
        """End a component in order. It stays down until `start`."""

    def start(self, component: str) -> None:
        """Start a stopped component and return when it is ready."""
