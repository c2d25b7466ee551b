"""Which partition a ticket lives in: Kafka's own murmur2 of the ticket id's bytes.

Source: org.apache.kafka.common.utils.Utils.murmur2 and the default partitioner of the Java client.
"""

from functools import lru_cache

PARTITIONS = 12

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return the 32-bit murmur2 hash of `data`, as an unsigned int."""
    length = len(data)
    h = (_SEED ^ length) & _MASK
    tail = length & ~3
    for i in range(0, tail, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _MASK
        k = (k ^ k >> 24) * _M & _MASK
        h = (h * _M & _MASK) ^ k
    if rest := length - tail:
        h = (h ^ int.from_bytes(data[tail : tail + rest], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=65_536)
def partition_of(ticket_id: str, partitions: int = PARTITIONS) -> int:
    """Return the partition of a ticket's messages, on every topic that is laid out by ticket."""
    return (murmur2(ticket_id.encode()) & 0x7FFFFFFF) % partitions
