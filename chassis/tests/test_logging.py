"""Logs are JSON, one object a line, with what is bound to the context and without secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from ticket_chassis.logging import Level, configure_logging


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    """Give the process its logging back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


Capture = pytest.CaptureFixture[str]


def start(level: Level = "info") -> structlog.stdlib.BoundLogger:
    configure_logging(level, "command-service")
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("tests.logging")
    return logger


def lines(capture: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


def test_a_line_is_one_json_object(capsys: Capture) -> None:
    start().info("stored", ticket="t-1", offset=7, text='two\nlines \u2028 "quoted"')
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "stored",
        "level": "info",
        "logger": "tests.logging",
        "service": "command-service",
        "ticket": "t-1",
        "offset": 7,
        "text": 'two\nlines \u2028 "quoted"',
    }


def test_what_is_bound_to_the_context_is_on_every_line_of_it(capsys: Capture) -> None:
    log = start()
    with structlog.contextvars.bound_contextvars(correlation_id="c-1", topic="tickets.events.v1", partition=3):
        log.info("inside")
        logging.getLogger("library").warning("inside, too")
    log.info("outside")
    ours, library, outside = lines(capsys)
    bound = {"correlation_id": "c-1", "topic": "tickets.events.v1", "partition": 3}
    assert bound.items() <= ours.items()
    assert bound.items() <= library.items()
    assert not bound.keys() & outside.keys()


def test_libraries_log_in_the_same_form(capsys: Capture) -> None:
    start()
    logging.getLogger("library").warning("%s of %d", "one", 2)
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("one of 2", "warning", "library")


@pytest.mark.parametrize("name", ["tests.logging", "library"])
def test_a_traceback_stays_on_its_line(capsys: Capture, name: str) -> None:
    log = start()
    try:
        raise LookupError("gone")
    except LookupError:
        log.exception("failed") if name == "tests.logging" else logging.getLogger(name).exception("failed")
    (line,) = lines(capsys)
    assert line["event"] == "failed"
    assert "LookupError: gone" in line["exception"]


def test_a_secret_stays_one(capsys: Capture) -> None:
    start().info("connecting", uri=SecretStr("mongodb://user:s3cret@host"), nested={"key": SecretStr("s3cret")})
    assert "s3cret" not in capsys.readouterr().out


def test_a_level_silences_what_is_below(capsys: Capture) -> None:
    log = start("warning")
    log.info("quiet")
    logging.getLogger("library").info("quiet")
    log.warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_talkative_libraries_speak_from_warning_up(capsys: Capture) -> None:
    start("debug")
    for level in (logging.INFO, logging.WARNING):
        logging.getLogger("aiokafka.consumer").log(level, "joined")
    assert [line["level"] for line in lines(capsys)] == ["warning"]


def test_configuring_twice_does_not_say_everything_twice(capsys: Capture) -> None:
    start()
    start().info("once")
    assert len(lines(capsys)) == 1
