"""Methods of an async service as blocking ones, with their signatures kept for type checkers."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from ticket_client.sync.loop import LoopThread
from ticket_client.transport import Service

P = ParamSpec("P")
T = TypeVar("T")


class Blocking:
    """A service whose calls run on a loop elsewhere."""

    def __init__(self, service: Service, loop: LoopThread) -> None:
        self.service = service
        self.loop = loop


class Call(Generic[P, T]):
    """A coroutine method, as one that returns its result."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, owner: Blocking, kind: type[Blocking]) -> Callable[P, T]:
        """The method of one service."""

        @wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return owner.loop.run(self._method(owner.service, *args, **kwargs))

        return call


class Items(Generic[P, T]):
    """An async generator method, as one that returns an iterator. Whoever stops early may `close()` it."""

    def __init__(self, method: Callable[Concatenate[Any, P], AsyncGenerator[T, None]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, owner: Blocking, kind: type[Blocking]) -> Callable[P, Generator[T, None, None]]:
        """The method of one service."""

        @wraps(self._method)
        def items(*args: P.args, **kwargs: P.kwargs) -> Generator[T, None, None]:
            return owner.loop.iterate(self._method(owner.service, *args, **kwargs))

        return items
