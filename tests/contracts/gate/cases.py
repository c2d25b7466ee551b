"""One row of the table of schema changes: what changes, and the verdict that it must get."""

from dataclasses import dataclass

from gate.verdicts import Order
from tests.contracts.gate.patches import Patch

ANY, CONSUMERS, PRODUCERS, NONE = Order.ANY, Order.CONSUMERS, Order.PRODUCERS, Order.NONE

STRING = {"type": "string"}


@dataclass(frozen=True)
class Case:
    """One change of the example: what it is, who may go first with it in a read document, where it shows.

    `kept` is the verdict where messages are kept for ever, if it is another one.
    """

    name: str
    order: Order
    path: str
    patches: tuple[Patch, ...]
    kept: Order | None = None


def case(name: str, order: Order, path: str, *patches: Patch, kept: Order | None = None) -> Case:
    return Case(name, order, path, patches, kept)
