"""A record of a topic, as the broker would have it."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONTENT_TYPE = "contentType"
PLAIN_JSON = "application/json"
HEADER = "header:"
"""Goes before the names of headers. Names are paths to Pact: a blank in one ends the process (pact_ffi 0.5.12)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: value, key, headers and place. Topics are named without a prefix."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    offset: int = 0

    def header(self, name: str) -> bytes | None:
        """Return the value of a header, None where there is none."""
        return dict(self.headers).get(name)

    def metadata(self) -> dict[str, Any]:
        """Return what Pact calls metadata: topic, partition, key and headers, as text. Header `x` is `header:x`.

        The header content-type is Pact's contentType: it decides how Pact reads the value, JSON where there is none.
        """
        headers = {f"{HEADER}{name}": _text(value) for name, value in self.headers if name != "content-type"}
        key = {} if self.key is None else {"key": _text(self.key)}
        content_type = self.header("content-type")
        return {
            "topic": self.topic,
            "partition": str(self.partition),
            CONTENT_TYPE: PLAIN_JSON if content_type is None else _text(content_type),
            **key,
            **headers,
        }

    @classmethod
    def of(cls, value: bytes, metadata: Mapping[str, Any]) -> "Record":
        """Return the record that a pact gives as an example."""
        headers = [(k.removeprefix(HEADER), str(v).encode()) for k, v in metadata.items() if k.startswith(HEADER)]
        if metadata[CONTENT_TYPE] != PLAIN_JSON:
            headers.append(("content-type", str(metadata[CONTENT_TYPE]).encode()))
        key = str(metadata["key"]).encode() if "key" in metadata else None
        return cls(str(metadata["topic"]), int(metadata.get("partition", 0)), key, value, tuple(headers))


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return b64encode(value).decode()
