"""One reading of the database for many streams, and the way back into it."""

import asyncio
from collections.abc import Callable
from weakref import WeakSet

import structlog
from pymongo.errors import PyMongoError

from query_service.domain.matching import Interest
from query_service.live import events
from query_service.live.changes import Change, ChangeLog, HistoryGone
from query_service.live.events import Ending
from query_service.live.hub import Hub
from query_service.live.subscription import Subscription

LINGER_SECONDS = 60.0
"""How long the database is still read after the last listener has gone: most come back."""

START_SECONDS = 5.0
BACKLOG_SECONDS = 10.0
"""For the backlog of one who comes back, with the time in which those of others are read."""

PAUSE_SECONDS = 1.0
_BREATHE = 20

log = structlog.get_logger(__name__)


class NoChanges(Exception):
    """The changes cannot be read at the moment."""


class LiveFeed:
    """Changes of the generation that serves, for all who listen. Times in seconds."""

    def __init__(self, serving: Callable[[], int], changes_of: Callable[[int], ChangeLog]) -> None:
        """Take what says which generation serves, 0 for none, and where the changes of one are read."""
        self._serving = serving
        self._changes_of = changes_of
        self._hub: Hub | None = None
        self._ended: WeakSet[Hub] = WeakSet()  # each is there while somebody has to be told its end
        self._wanted = asyncio.Event()
        self._started = asyncio.Event()
        self._one_backlog = asyncio.Lock()
        self._stopping = False

    @property
    def listeners(self) -> int:
        """How many clients listen, with those who have not read the end of their stream yet."""
        return sum(hub.listeners for hub in self._ended) + (self._hub.listeners if self._hub else 0)

    async def subscribe(self, wanted: Interest, last_event: tuple[int, str] | None) -> Subscription:
        """Return a new listener, which resumes behind the generation and position of the last event it has.

        Its first event is `ready`, or `reset` where that is not possible. Raises NoChanges.
        """
        hub = await self._running_hub()
        if last_event is None:
            return self._join(hub, wanted, None)
        generation, position = last_event
        if generation == hub.generation and (position >= hub.since or await self._fetch_backlog(hub, position)):
            return self._join(hub, wanted, position)
        return self._join(hub, wanted, None, events.reset)

    def heartbeat(self) -> bytes:
        """Return a sign of life for a listener for whom nothing waits."""
        return b"" if self._hub is None else events.heartbeat(self._hub.event_id(self._hub.position))

    def stop(self) -> None:
        """End all streams and begin none: the process is about to end."""
        self._stopping = True
        if self._hub is not None:
            self._hub.end(Ending.STOPPING)

    async def run(self) -> None:
        """Read changes while anybody listens, for ever; a database that is away is waited for."""
        while True:
            await self._wanted.wait()
            try:
                await self._follow()
            except HistoryGone:
                log.warning("changes lost, listeners start anew")
                self._drop_hub(Ending.RENEWED)
            except PyMongoError as error:
                log.warning("changes not read", error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self) -> None:
        generation = self._serving()
        if generation == 0:
            return
        if self._hub is not None and self._hub.generation != generation:
            self._drop_hub(Ending.RENEWED)
        after = None if self._hub is None else self._hub.position
        async with self._changes_of(generation).follow(after) as feed:
            hub = self._hub = self._hub or Hub(generation, feed.position)
            self._started.set()
            heard_at, told = asyncio.get_running_loop().time(), 0
            while self._serving() == generation:
                change = await feed.next()
                if change is None:
                    hub.position = max(hub.position, feed.position)
                else:
                    hub.publish(change)
                    told += 1
                    if told % _BREATHE == 0:
                        await asyncio.sleep(0)  # what is at hand comes without a wait
                now = asyncio.get_running_loop().time()
                heard_at = now if hub.listeners else heard_at
                if now - heard_at > LINGER_SECONDS:
                    self._drop_hub(Ending.RENEWED)
                    self._wanted.clear()
                    return

    async def _running_hub(self) -> Hub:
        self._wanted.set()
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._started.wait()
        except TimeoutError:
            raise NoChanges from None
        if self._hub is None:
            raise NoChanges
        return self._hub

    def _join(
        self, hub: Hub, wanted: Interest, after: str | None, first: Callable[[str], bytes] = events.ready
    ) -> Subscription:
        if self._stopping or hub is not self._hub:
            raise NoChanges
        return hub.join(wanted, after, first(hub.event_id(after or hub.position)))

    async def _fetch_backlog(self, hub: Hub, after: str) -> bool:
        """Let the hub's memory begin at `after`: read once for all who come back; False where it is too long ago."""
        try:
            async with asyncio.timeout(BACKLOG_SECONDS), self._one_backlog:
                if hub.too_long_ago < after < hub.since:
                    await self._read_backlog(hub, after)
        except (HistoryGone, TimeoutError) as error:
            log.info("stream not resumed", error=type(error).__name__)
        return after >= hub.since

    async def _read_backlog(self, hub: Hub, after: str) -> None:
        found: list[Change] = []
        size = 0
        async with self._changes_of(hub.generation).follow(after) as feed:
            while feed.position < hub.since:
                change = await feed.next()
                if change is None:
                    continue
                found.append(change)
                size += change.size
                if not hub.has_room(size):
                    hub.too_long_ago = after
                    raise HistoryGone
            hub.prepend(found, after, feed.position)  # here, for while the feed is closed the hub forgets more

    def _drop_hub(self, ending: Ending) -> None:
        if self._hub is not None:
            self._hub.end(ending)
            self._ended.add(self._hub)
        self._hub = None
        self._started.clear()
