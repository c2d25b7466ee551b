"""A stack under test with all that cells do to it.

Components are the stack's own, and `<service>#<n>` for further instances of a service.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from devstack.overrides import Override, set_override
from devstack.project import COMPONENTS, Project
from devstack.selection import Kind
from tests.chaos.history import History
from tests.chaos.rig.clocks import Clocks, ensure_clock_library
from tests.chaos.rig.instances import Instances
from tests.chaos.rig.links import Links, lay_links
from tests.chaos.rig.needs import Need, lacking
from tests.chaos.rig.toxiproxy import Toxiproxy, toxiproxy
from tests.support.pausing import freeze, thaw
from tests.support.stack import Stack, fresh_stack


class Rig:
    """One stack. The methods raise StackError when time runs out."""

    def __init__(
        self,
        stack: Stack,
        lacks: Mapping[Need, str],
        links: Links | None = None,
        proxies: Toxiproxy | None = None,
        clocks: Clocks | None = None,
    ) -> None:
        self.stack = stack
        self.history = History()
        """Of the cell that runs: what its clients do, and what commands its faults send."""
        self.lacks = lacks
        self.instances = Instances(stack.project)
        self._links = links
        self._proxies = proxies
        self._clocks = clocks

    @property
    def links(self) -> Links:
        """The connections that can be cut; only where nothing lacks."""
        assert self._links is not None
        return self._links

    @property
    def proxies(self) -> Toxiproxy:
        """What sits in those connections."""
        assert self._proxies is not None
        return self._proxies

    @property
    def clocks(self) -> Clocks:
        """The services' clocks."""
        assert self._clocks is not None
        return self._clocks

    def doors(self, service: str) -> list[str]:
        """Return where clients find the instances of a service that run now."""
        first = self._links.url(service) if self._links else self.stack.urls[service]
        return [first, *self.instances.urls(service)]

    async def kill(self, component: str) -> None:
        """End a component with SIGKILL; the stack's own are started again by themselves."""
        if "#" in component:
            await asyncio.to_thread(self.instances.kill, component)
        else:
            await self.stack.kill(component)

    async def stop(self, component: str) -> None:
        """End a component in order; it stays down."""
        if "#" in component:
            await asyncio.to_thread(self.instances.stop, component)
        else:
            await self.stack.stop(component)

    async def start(self, component: str) -> None:
        """Start a component and wait until it is ready."""
        if "#" in component:
            await asyncio.to_thread(self.instances.start, component)
        else:
            await self.stack.start(component)

    async def ready(self, component: str) -> None:
        """Wait until a component is ready."""
        if "#" in component:
            await asyncio.to_thread(self.instances.wait_ready, component)
        else:
            await self.stack.ready(component)

    async def freeze(self, component: str) -> None:
        """Stop a component where it stands."""
        if "#" in component:
            self.instances.process(component).suspend()
        else:
            await asyncio.to_thread(freeze, self.stack, component)

    async def thaw(self, component: str) -> None:
        """Let a frozen component go on."""
        if "#" in component:
            self.instances.process(component).resume()
        else:
            await asyncio.to_thread(thaw, self.stack, component)

    async def calm(self) -> None:
        """Undo what a cell may have left: connections whole, clocks right, no further instances."""
        if self._proxies is not None:
            await asyncio.to_thread(self._proxies.cure_all)
        if self._clocks is not None:
            self._clocks.right()
        await asyncio.to_thread(self.instances.dismiss)


@contextmanager
def fresh_rig(kind: Kind) -> Iterator[Rig]:
    """Yield a rig around an empty stack of its own; both are gone afterwards."""
    lacks = lacking(kind)
    with ExitStack() as held:
        parts = _Parts(lacks, held)
        stack = held.enter_context(fresh_stack(kind, prepare=parts.prepare))
        rig = Rig(stack, lacks, parts.links, parts.proxies, parts.clocks)
        held.callback(rig.instances.dismiss)
        yield rig


class _Parts:
    """What is put around the components of a project before they are first started."""

    def __init__(self, lacks: Mapping[Need, str], held: ExitStack) -> None:
        self._lacks = lacks
        self._held = held
        self.links: Links | None = None
        self.proxies: Toxiproxy | None = None
        self.clocks: Clocks | None = None

    def prepare(self, project: Project) -> None:
        around: list[Callable[[str], Override]] = []
        if Need.PROXIES not in self._lacks:
            self.links = lay_links(project)
            ports = {link.name: (link.port, link.upstream) for link in self.links.by_name.values()}
            self.proxies = self._held.enter_context(toxiproxy(ports, project.directory / "logs"))
            around.append(self.links.override)
        if Need.CLOCKS not in self._lacks:
            self.clocks = Clocks(project, ensure_clock_library())
            around.append(self.clocks.override)
        for component in COMPONENTS:
            set_override(project, component, _merged([override(component) for override in around]))


def _merged(overrides: list[Override]) -> Override:
    arguments = tuple(argument for override in overrides for argument in override.arguments)
    return Override(arguments, {name: value for o in overrides for name, value in o.environment.items()})
