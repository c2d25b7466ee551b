"""How a consumer says what it needs: of the messages of a topic, or of the answers of an API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pact import Pact

from tests.support.pacts.records import HEADER, PLAIN_JSON

CLOUD_EVENT = "application/cloudevents+json"


@dataclass(frozen=True)
class State:
    """What the provider does, or has, before it sends or answers. Parameters are text: they go through JSON."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MessageNeed:
    """One message that the consumer must be able to read: the fields that it uses, exact or by a matcher of Pact.

    `headers` are those beside content-type. A `key` or `partition` of None: the consumer does not look at it.
    """

    name: str
    state: State
    body: Mapping[str, Any]
    key: Any = None
    partition: Any = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = PLAIN_JSON

    def __str__(self) -> str:
        return self.name

    def add_to(self, pact: Pact, topic: str) -> None:
        """Add it to a pact."""
        place = {"key": self.key, "partition": self.partition}
        metadata = {"topic": topic, **{name: value for name, value in place.items() if value is not None}}
        metadata |= {f"{HEADER}{name}": value for name, value in self.headers.items()}
        interaction = pact.upon_receiving(self.name, "Async").given(self.state.name, dict(self.state.parameters))
        interaction.with_body(dict(self.body), self.content_type).with_metadata(metadata)


@dataclass(frozen=True)
class HttpNeed:
    """One exchange: what the consumer sends, and what of the answer it uses."""

    name: str
    state: State
    method: str
    path: Any
    status: int
    request: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    request_headers: Mapping[str, Any] = field(default_factory=dict)
    response: Any = None
    response_headers: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = PLAIN_JSON

    def __str__(self) -> str:
        return self.name

    def add_to(self, pact: Pact, _about: str) -> None:
        """Add it to a pact."""
        exchange = pact.upon_receiving(self.name).given(self.state.name, dict(self.state.parameters))
        exchange.with_request(self.method, self.path)
        exchange.with_query_parameters(dict(self.query))
        exchange.with_headers(dict(self.request_headers), "Request")
        if self.request is not None:
            exchange.with_body(self.request, PLAIN_JSON, "Request")
        exchange.will_respond_with(self.status)
        exchange.with_headers(dict(self.response_headers), "Response")
        if self.response is not None:
            exchange.with_body(self.response, self.content_type, "Response")


N = TypeVar("N", MessageNeed, HttpNeed)


@dataclass(frozen=True)
class Contract(Generic[N]):
    """All that one team needs from another about one thing: a topic, or an API."""

    consumer: str
    provider: str
    about: str
    needs: Sequence[N]

    @property
    def name(self) -> str:
        """What its file is called, without the ending."""
        return f"{self.consumer}--{self.provider}--{self.about}"

    def pact(self, *needs: N) -> Pact:
        """Return the pact of all its needs, or of those given."""
        pact = Pact(self.consumer, self.provider).with_specification("V4")
        for need in needs or self.needs:
            need.add_to(pact, self.about)
        return pact

    def need(self, name: str) -> N:
        """Return the need of this name; raises LookupError."""
        for need in self.needs:
            if need.name == name:
                return need
        raise LookupError(name)


AnyContract = Contract[MessageNeed] | Contract[HttpNeed]
