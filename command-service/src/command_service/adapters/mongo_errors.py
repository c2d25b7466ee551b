"""One translation of what goes wrong in the driver."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import BulkWriteError, PyMongoError

from command_service.ports import StoreUnavailable
from ticket_chassis.mongo import refusals

DUPLICATE_KEY = 11_000


@contextmanager
def away_on_error() -> Iterator[None]:
    """Raise StoreUnavailable for any error of the driver: time-outs and lost connections leave the outcome open."""
    try:
        yield
    except BulkWriteError as error:
        raise StoreUnavailable(f"MongoDB errors {sorted(set(refusals(error)))}") from None
    except PyMongoError as error:
        raise StoreUnavailable(type(error).__name__) from error
