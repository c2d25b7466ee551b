"""Which steps there are: a step is a place in our sources that makes something durable."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.crash.library import COMMAND, DURABLE, DURABLE_COMMANDS, IN_SOURCE

PACKAGES = ("ticket_chassis", "command_service", "projector_service", "query_service")
METHODS = {name: name for names in DURABLE.values() for name in names} | IN_SOURCE


@dataclass(frozen=True, order=True)
class Step:
    """A method called by a function of ours. Functions within a function go under its name."""

    module: str
    function: str
    method: str

    def __str__(self) -> str:
        return f"{self.module}:{self.function}:{self.method}"


def step(text: str) -> Step:
    """Return the step that is written `module:function:method`."""
    module, function, method = text.split(":")
    return Step(module, function, method)


def outermost(qualname: str) -> str:
    """Return the function that a code object belongs to, whatever was defined inside of it."""
    return qualname.partition(".<locals>")[0]


@cache
def scan() -> Counter[Step]:
    """Return all steps in the sources of the services and the chassis, with how often each is written."""
    return Counter(found for package in PACKAGES for found in _in_package(package))


def in_source(source: str, module: str) -> Iterator[Step]:
    """Yield the steps of one module: every mention of a durable method's name, called at once or not."""
    yield from _in_node(ast.parse(source), module, ())


def _in_package(package: str) -> Iterator[Step]:
    spec = find_spec(package)
    assert spec is not None
    for root in map(Path, spec.submodule_search_locations or ()):
        for path in sorted(root.rglob("*.py")):
            name = ".".join((package, *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
            yield from in_source(path.read_text(), name)


def _in_node(node: ast.AST, module: str, names: tuple[str, ...], *, inside: bool = False) -> Iterator[Step]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Attribute) and child.attr in METHODS:
            yield Step(module, ".".join(names) or "<module>", METHODS[child.attr])
        if (command := _command(child)) in DURABLE_COMMANDS:
            yield Step(module, ".".join(names) or "<module>", command)
        named = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not inside
        deeper = (*names, child.name) if named else names  # type: ignore[attr-defined]  # `named` says it has one
        ends = inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _in_node(child, module, deeper, inside=ends)


def _command(node: ast.AST) -> str:
    """Return the name in `await database.command("drop", …)`, "" for any other node."""
    match node:
        case ast.Await(ast.Call(ast.Attribute(attr=attr), [ast.Constant(str(name)), *_])) if attr == COMMAND:
            return name
    return ""
