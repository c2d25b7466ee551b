"""`make run`: what runs in the foreground ends with whoever started it, in order and once; changes start it again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import eventually

RUNNER = """
import sys
from pathlib import Path
from devstack.command import Command
from devstack.foreground import keep_running

folder = Path(sys.argv[1])
keep_running(Command((sys.executable, str(folder / "program.py"))), [folder], end_limit=1.0)
"""

PROGRAM = """
import os, signal, time
from pathlib import Path

diary = Path(__file__).with_name("diary")

def note(word):
    with diary.open("a") as file:
        file.write(f"{word} {os.getpid()}\\n")

def end(number, _):
    note(signal.Signals(number).name)
    if not Path(__file__).with_name("stubborn").exists():
        raise SystemExit

signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
note("started")
while True:
    time.sleep(60)
"""


class Foreground:
    """A runner in a session of its own, as one has it in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "program.py").write_text(PROGRAM)
        self.process = subprocess.Popen([sys.executable, "-c", RUNNER, str(folder)], start_new_session=True)

    def diary(self) -> list[tuple[str, int]]:
        """What the program noted: words, each with its process id."""
        file = self.folder / "diary"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(word, int(pid)) for word, pid in map(str.split, lines)]

    def words(self) -> list[str]:
        return [word for word, _ in self.diary()]

    async def noted(self, *words: str) -> None:
        async def check() -> bool:
            return self.words() == list(words)

        await eventually(check, f"{words} in the diary")

    async def ended(self) -> None:
        async def check() -> bool:
            return self.process.poll() is not None

        await eventually(check, "the runner's end", deadline=10)
        assert not [pid for _, pid in self.diary() if psutil.pid_exists(pid)]


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[Foreground]:
    running = Foreground(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.terminate()  # in order, so that it takes its program with it
        running.process.wait(30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_terminals_signal_ends_the_program_in_order_and_once(foreground: Foreground, number: int) -> None:
    await foreground.noted("started")
    os.killpg(foreground.process.pid, number)
    await foreground.ended()
    assert foreground.words() == ["started", "SIGTERM"]


async def test_a_program_that_does_not_end_is_killed(foreground: Foreground) -> None:
    await foreground.noted("started")
    (foreground.folder / "stubborn").touch()
    os.killpg(foreground.process.pid, signal.SIGINT)
    await foreground.ended()


async def test_a_changed_source_starts_the_program_again(foreground: Foreground) -> None:
    await foreground.noted("started")

    async def started_again() -> bool:
        (foreground.folder / "program.py").write_text(PROGRAM + "\n")
        return foreground.words()[:3] == ["started", "SIGTERM", "started"]

    # Written until it is seen: the watcher may begin a moment after the program.
    await eventually(started_again, "the second start", poll=2.0)
