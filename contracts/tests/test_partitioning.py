"""A ticket's partition is the one that every Kafka client computes."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as kafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from ticket_contracts.partitioning import PARTITIONS, murmur2, partition_of


@given(st.binary(max_size=200))
def test_the_hash_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == kafka_murmur2(data) & 0xFFFFFFFF


@given(st.uuids().map(str), st.integers(1, 100))
def test_the_partition_is_kafkas(ticket_id: str, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert partition_of(ticket_id, partitions) == DefaultPartitioner()(ticket_id.encode(), everywhere, everywhere)


# From Kafka's own UtilsTest.testMurmur2: signed there.
@pytest.mark.parametrize(
    ("data", "signed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)],
)
def test_known_hashes(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed & 0xFFFFFFFF


def test_twelve_partitions_unless_told_otherwise() -> None:
    assert PARTITIONS == 12
    assert partition_of("00000000-0000-4000-8000-000000000000") in range(12)
