"""Which kept answers depend on a key. Most keys, of a ticket each, have one: no set is made for one, 216 bytes."""

from collections.abc import Collection, Iterable

Target = tuple[str, bytes]
"""What was asked: the path, and the query string as it came."""


class TargetsByKey:
    """The targets under each key."""

    def __init__(self) -> None:
        self._found: dict[str, Target | set[Target]] = {}

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._found)

    def add(self, keys: Iterable[str], target: Target) -> None:
        """Enter a target under keys."""
        for key in keys:
            found = self._found.setdefault(key, target)
            if isinstance(found, set):
                found.add(target)
            elif found != target:
                self._found[key] = {found, target}

    def remove(self, keys: Iterable[str], target: Target) -> None:
        """Take a target away from keys under which it may be."""
        for key in keys:
            found = self._found.get(key)
            if isinstance(found, set):
                found.discard(target)
            if not found or found == target:
                self._found.pop(key, None)

    def under(self, keys: Iterable[str]) -> set[Target]:
        """Return the targets that are under any of the keys."""
        return {target for key in keys for target in self._under(key)}

    def clear(self) -> None:
        """Forget all."""
        self._found.clear()

    def _under(self, key: str) -> Collection[Target]:
        found = self._found.get(key, ())
        return found if isinstance(found, set) else (found,) if found else ()
