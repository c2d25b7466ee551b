"""One translation of what goes wrong in the driver."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import BulkWriteError, PyMongoError

from command_service.ports import StoreUnavailable

DUPLICATE_KEY = 11_000


@contextmanager
def away_on_error() -> Iterator[None]:
    """Raise StoreUnavailable for any error of the driver: time-outs and lost connections leave the outcome open."""
    try:
        yield
    except BulkWriteError as error:
        # Its text quotes what was to be written, keys and texts of people too, and would take it into the log.
        failed = error.details.get("writeErrors", []) + error.details.get("writeConcernErrors", [])
        raise StoreUnavailable(f"MongoDB errors {sorted({each['code'] for each in failed})}") from None
    except PyMongoError as error:
        raise StoreUnavailable(type(error).__name__) from error
