"""What a connection is told at once leaves in one piece, and nothing that was written is left behind."""

import asyncio
from collections.abc import Iterable

import pytest

from ticket_chassis.lingering import LingeringTransport

HEAD, BODY = b"HTTP/1.1 200 OK\r\n\r\n", b"{}"


class Recorder(asyncio.Transport):
    """A transport that notes what is asked of it: one entry a system call."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Note a write."""
        self.done.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Note a write of several parts."""
        self.done.append(b"".join(list_of_data))

    def close(self) -> None:
        """Note a close."""
        self.done.append("close")

    def abort(self) -> None:
        """Note an abort."""
        self.done.append("abort")

    def is_closing(self) -> bool:
        """Say no."""
        return False


def transport_of(recorder: Recorder) -> LingeringTransport:
    """Return the transport under test, for a client that owes nothing."""
    return LingeringTransport(recorder, lambda: False)


async def turn() -> None:
    """Let the loop do what is due."""
    await asyncio.sleep(0)


async def test_head_and_body_leave_together() -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    transport.write(HEAD)
    transport.write(BODY)
    assert recorder.done == [HEAD + BODY]
    await turn()
    assert recorder.done == [HEAD + BODY]


async def test_what_is_written_alone_leaves_with_the_next_turn_of_the_loop() -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    transport.write(HEAD)
    await turn()
    assert recorder.done == [HEAD]
    transport.write(BODY)
    await turn()
    assert recorder.done == [HEAD, BODY]


async def test_an_empty_body_does_not_keep_its_head_waiting() -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    transport.write(HEAD)
    transport.write(b"")
    assert recorder.done == [HEAD]


async def test_many_parts_stay_in_order() -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    parts = [bytes([65 + number]) for number in range(7)]
    for part in parts:
        transport.write(part)
    await turn()
    assert b"".join(part for part in recorder.done if isinstance(part, bytes)) == b"".join(parts)


async def test_a_close_comes_behind_what_was_written() -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    transport.write(HEAD)
    transport.close()
    await turn()
    assert recorder.done == [HEAD, "close"]


@pytest.mark.parametrize("end", ["abort", "lost"])
async def test_nothing_is_written_to_a_connection_that_is_gone(end: str) -> None:
    recorder = Recorder()
    transport = transport_of(recorder)
    transport.write(HEAD)
    getattr(transport, end)()
    await turn()
    assert HEAD not in recorder.done
