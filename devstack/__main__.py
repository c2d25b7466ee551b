"""`python -m devstack COMMAND`: the stack of one project, with Docker or without."""

import argparse
import sys
from collections.abc import Callable

from devstack.errors import StackError
from devstack.opening import all_stacks, open_stack, prepare_stack
from devstack.project import COMPONENTS, SERVICES, Project
from devstack.reload import run_with_reload
from devstack.telling import tell

Arguments = argparse.Namespace


def _up(project: Project, _: Arguments) -> None:
    stack = prepare_stack(project)
    stack.up()
    urls = ", ".join(f"{service} {project.url(service)}" for service in SERVICES)
    tell(f"{project.name} is up on {stack.kind}: {urls}")


def _down(project: Project, _: Arguments) -> None:
    for stack in all_stacks(project):
        stack.down()
    tell(f"{project.name} is down; its data stays")


def _reset(project: Project, _: Arguments) -> None:
    for stack in reversed(all_stacks(project)):
        stack.reset()
    tell(f"{project.name} is down, and its data is dropped")


def _ps(project: Project, _: Arguments) -> None:
    open_stack(project).ps()


def _logs(project: Project, arguments: Arguments) -> None:
    open_stack(project).logs(arguments.components, follow=arguments.follow)


def _run(project: Project, arguments: Arguments) -> None:
    tell(f"Starting the stack of {project.name}, as far as it does not run: that takes up to a minute")
    stack = prepare_stack(project)
    stack.up()
    run_with_reload(stack, arguments.component)


def _on_component(action: str) -> Callable[[Project, Arguments], None]:
    def act(project: Project, arguments: Arguments) -> None:
        getattr(open_stack(project), action)(arguments.component)

    return act


def _component(name: str) -> str:
    # By hand: argparse holds the empty list against `choices` too.
    if name not in COMPONENTS:
        raise argparse.ArgumentTypeError(f"there is no {name!r}; there are {', '.join(COMPONENTS)}")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    parser.add_argument("--project", default="tickets", help="the stack's name (tickets)")
    parser.add_argument("--port-offset", type=int, default=0, help="added to every documented port (0)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, action, text in (
        ("up", _up, "start everything and return when it is ready"),
        ("down", _down, "stop everything, keep the data"),
        ("reset", _reset, "stop everything, drop the data"),
        ("ps", _ps, "show what runs"),
    ):
        commands.add_parser(name, help=text).set_defaults(action=action)
    for name, text in (
        ("kill", "end a component with SIGKILL; it is started again"),
        ("stop", "end a component until it is started"),
        ("start", "start a stopped component"),
    ):
        one = commands.add_parser(name, help=text)
        one.add_argument("component", choices=COMPONENTS)
        one.set_defaults(action=_on_component(name))
    run = commands.add_parser("run", help="run one service here, reloading, against the rest of the stack")
    run.add_argument("component", choices=SERVICES)
    run.set_defaults(action=_run)
    logs = commands.add_parser("logs", help="show the end of the logs")
    logs.add_argument("components", nargs="*", type=_component, metavar="COMPONENT", help="all where none is named")
    logs.add_argument("--follow", action="store_true", help="go on with them")
    logs.set_defaults(action=_logs)
    return parser


def main() -> int:
    """Run the command line; 0 when it did what was asked, 1 with the reason on standard error otherwise."""
    arguments = _parser().parse_args()
    try:
        arguments.action(Project(arguments.project, arguments.port_offset), arguments)
    except StackError as error:
        print(f"devstack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        tell("Interrupted")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
