"""Structured logs: one JSON object a line, with what is bound to the context (correlation id, ticket, offset …)."""

import logging
import sys
from typing import Literal

import structlog

Level = Literal["debug", "info", "warning", "error"]

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

# Libraries that say on `info` what only their authors need to know.
_TALKATIVE = ("aiokafka", "faststream", "pymongo", "uvicorn.access", "asyncio")


def _is_trouble(record: logging.LogRecord) -> bool:
    # aiokafka's word, on `error`, for a coordinator that is still being elected: it asks again, at every normal start.
    return not str(record.msg).startswith("Group Coordinator Request failed")


def configure_logging(level: Level, service: str) -> None:
    """Send the logs of this process, libraries included, to standard output as JSON."""

    def add_service(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                add_service,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("aiokafka.consumer.group_coordinator").addFilter(_is_trouble)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
