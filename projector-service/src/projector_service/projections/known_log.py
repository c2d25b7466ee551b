"""Is the log still the one that was taken over? A record met again proves it only where something is read again."""

from collections.abc import Mapping

from projector_service.ports import Log, LogChanged
from projector_service.projections.places import check_end


class KnownLog:
    """The log as it was when partitions were taken over last. `applied`: the last offset applied, by partition.

    Both methods may raise what the port `Log` raises.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._identity: str | None = None

    async def take_over(self, applied: Mapping[int, int]) -> None:
        """Know the log from now on; raises LogChanged where something was applied that is not of it."""
        # The identity before all else that is read of the log: one made again in between is found by the next look.
        identity = await self._log.identity()
        if self._identity not in (None, identity) and any(offset >= 0 for offset in applied.values()):
            raise LogChanged(
                f"the log was deleted and made again: it is known by {identity} now, what was applied is of "
                f"{self._identity}; a new generation has to read it from the start"
            )
        check_end(applied, await self._log.ends(applied))
        self._identity = identity

    async def is_same(self, applied: Mapping[int, int]) -> bool:
        """Say whether it is still the one that was taken over."""
        if await self._log.identity() != self._identity:
            return False
        ends = await self._log.ends(applied)
        return all(offset < ends[partition] for partition, offset in applied.items())
