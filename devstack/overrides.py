"""What a component of one project is started with beyond the usual: tests put proxies and clocks in between.

Kept as files of the project, because the supervisor that starts the component is another process.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from devstack.command import Command
from devstack.project import Project


@dataclass(frozen=True)
class Override:
    """Further arguments of a component's program, and variables in the place of the usual ones."""

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def over(self, command: Command) -> Command:
        """Return the command with these arguments and variables."""
        return Command((*command.argv, *self.arguments), {**command.environment, **self.environment})


def set_override(project: Project, component: str, override: Override) -> None:
    """Let every later start of `component` have this one."""
    _file(project, component).parent.mkdir(parents=True, exist_ok=True)
    _file(project, component).write_text(json.dumps(asdict(override)))


def override_of(project: Project, component: str) -> Override:
    """Return what was set for a component, an empty one where nothing was."""
    try:
        found = json.loads(_file(project, component).read_text())
    except FileNotFoundError:
        return Override()
    return Override(tuple(found["arguments"]), found["environment"])


def _file(project: Project, component: str) -> Path:
    return project.directory / "overrides" / f"{component}.json"
