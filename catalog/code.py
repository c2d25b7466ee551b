"""What the code of the services does with the contracts, as the type checker sees it.

mypy knows the type of every expression, so `record.version` counts as a read of `TicketView.version` exactly where
`record` is a TicketView, by whatever name and through whatever function it came there.
"""

import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mypy.build import build
from mypy.modulefinder import BuildSource
from mypy.nodes import CallExpr, Expression, MemberExpr, RefExpr
from mypy.options import Options
from mypy.types import Instance, Type, UnionType, get_proper_type

CONTRACTS = "ticket_contracts"
SHARED = "ticket_chassis"
GETATTR = "builtins.getattr"
ANY_ATTRIBUTE = "*"

FIRST_LINE = 20_000
"""No file of pydantic, or of the type checker's own descriptions of the standard library, is this long."""


@dataclass(frozen=True)
class Package:
    """A package and where its source lies: `src` holds the directory `name`."""

    name: str
    src: Path


@dataclass
class Uses:
    """`attributes`: (full name of the contract's class, attribute), `*` where the name is made at run time
    or the value is handed to code that services share.

    `names`: by module, full names of what it refers to in the contracts, such as `ticket_contracts.topics.VIEWS`.
    """

    attributes: set[tuple[str, str]] = field(default_factory=set)
    names: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def all_names(self) -> set[str]:
        """The names that any module refers to."""
        return set().union(*self.names.values())


def uses_of(packages: Sequence[Package], shared: Sequence[Path]) -> Mapping[str, Uses]:
    """Return by package name what its code does with the contracts.

    `shared`: directories that hold the packages that all use, the contracts' among them. Raises mypy's CompileError on
    source that is no Python.
    """
    sources = [BuildSource(str(path), module, path.read_text()) for src in shared for path, module in _modules(src)]
    # Expressions know their line but not their file: each file is moved down to lines of its own.
    starts, places = [FIRST_LINE], list[tuple[str, str]]()
    for package in packages:
        for path, module in _modules(package.src):
            text = path.read_text()
            sources.append(BuildSource(str(path), module, "\n" * starts[-1] + text))
            starts.append(starts[-1] + text.count("\n") + 1)
            places.append((package.name, module))
    types = build(sources, _options()).types
    found = {package.name: Uses() for package in packages}
    for expression in types:
        place = bisect_right(starts, expression.line - 1) - 1
        if 0 <= place < len(places):
            name, module = places[place]
            _note(found[name], module, expression, types)
    return found


def _modules(src: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(src.rglob("*.py")):
        yield path, ".".join(path.relative_to(src).with_suffix("").parts).removesuffix(".__init__")


def _options() -> Options:
    options = Options()
    options.export_types = options.preserve_asts = True
    options.incremental = False
    options.cache_dir = "/dev/null"
    options.python_executable = sys.executable
    # Of all libraries pydantic alone says something about the contracts: the rest is skipped, and takes no time.
    options.follow_imports = "skip"
    options.per_module_options = {name: {"follow_imports": "silent"} for name in ("pydantic", "pydantic.*")}
    options.ignore_missing_imports = options.ignore_errors = options.check_untyped_defs = True
    return options


def _note(uses: Uses, module: str, expression: Expression, types: Mapping[Expression, Type]) -> None:
    if isinstance(expression, RefExpr) and _of_contracts(expression.fullname):
        uses.names[module].add(expression.fullname)
    if isinstance(expression, MemberExpr):
        owner = expression.expr
        if isinstance(owner, RefExpr) and _of_contracts(owner.fullname):
            uses.names[module].add(f"{owner.fullname}.{expression.name}")
        uses.attributes.update((cls, expression.name) for cls in _classes(types.get(owner)))
    elif isinstance(expression, CallExpr) and _hands_on(expression.callee):
        uses.attributes.update((cls, ANY_ATTRIBUTE) for each in expression.args for cls in _classes(types.get(each)))


def _classes(kind: Type | None) -> Iterable[str]:
    """Return the full names of the contracts' classes that a value of this type may have."""
    proper = None if kind is None else get_proper_type(kind)
    if isinstance(proper, UnionType):
        return [cls for item in proper.items for cls in _classes(item)]
    return [proper.type.fullname] if isinstance(proper, Instance) and _of_contracts(proper.type.fullname) else []


def _hands_on(callee: Expression) -> bool:
    return isinstance(callee, RefExpr) and (callee.fullname == GETATTR or callee.fullname.startswith(f"{SHARED}."))


def _of_contracts(name: str) -> bool:
    return name.startswith(f"{CONTRACTS}.")
