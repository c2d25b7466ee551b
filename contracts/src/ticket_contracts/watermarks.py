"""What the relay says once a second of each events partition, as tickets.watermarks.v1 carries it.

Kafka's own head stands still when the relay is down; a watermark that does not come makes the lag grow.
"""

from pydantic import Field

from ticket_contracts.fields import Offset, Partition
from ticket_contracts.model import Contract, Timestamp


class Watermark(Contract):
    """At `at`, all events that the store recorded before `stored_until` are in the log up to `published`."""

    partition: Partition
    published: Offset = Field(description="Last offset that Kafka acknowledged in this partition")
    stored_until: Timestamp = Field(description="Every event stored before this time is published")
    at: Timestamp = Field(description="When this was written")
