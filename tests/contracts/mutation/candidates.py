"""Values to try in the place of a field: at, below and above each limit that either model knows, and of every type."""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.contracts.mutation.readers import Json

UUID = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
LONGEST = 110_000
"""Lists of more items and texts of more characters are not tried."""

SCALARS: tuple[Json, ...] = (
    *(None, True, False, 0, 1, 2, 3, 7, -1, -2, 0.5, 2.5),
    *("", "a", "n", "ab", "nothing", "brand_new", UUID, UUID.replace("9", "1"), UUID.upper(), "9" * 36),
    *("2024-05-01T12:00:00Z", "2024-05-01", "5", "true", "A" * 40, "A" * 44, "1.5"),
)
COMPOUND: tuple[Json, ...] = ([], ["ab"], ["nothing", "ab"], {}, {"x": "y"}, {"kid": UUID, "sealed": "A" * 40})


def candidates(value: Json, *schemas: Json) -> Iterator[Json]:
    """Yield values to write where a message has `value`; the schemas give the limits and the words."""
    numbers = sorted({edge + step for edge in _numbers(schemas) for step in (-1, 0, 1)})
    words = sorted(set(_words(schemas)))
    simple = [*SCALARS, *words, *numbers, *(_text(n) for n in numbers if 0 <= n <= LONGEST)]
    yield from simple
    yield from COMPOUND
    if isinstance(value, list):
        yield from ([*value, *([value[-1]] * (n - len(value)))][:n] for n in numbers if value and 0 <= n <= LONGEST)
        yield from ([one, *value[1:]] for one in simple)
    if isinstance(value, dict):
        for name in value:
            yield from ({**value, name: one} for one in (*SCALARS, *words, *numbers))
        yield from ({**value, word: value[name]} for word in [*words, "brand_new"] for name in list(value)[:1])
        yield from ({name: value[name]} for name in value)
        yield from ({f"n{number}": 1 for number in range(n)} for n in numbers if 0 <= n <= 200)


def _text(length: int) -> str:
    return "a" * length


def _numbers(node: Any) -> Iterator[int]:
    for key, value in _members(node):
        if isinstance(value, int) and not isinstance(value, bool) and key != "default":
            yield value


def _words(node: Any) -> Iterator[str]:
    for key, value in _members(node):
        if key == "const" or (key == "enum" and isinstance(value, list)):
            yield from (word for word in (value if key == "enum" else [value]) if isinstance(word, str))


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    inner: Iterable[Any] = ()
    if isinstance(node, dict):
        yield from node.items()
        inner = node.values()
    elif isinstance(node, list | tuple):
        inner = node
    for one in inner:
        yield from _members(one)
