"""What an operation asks of the database: counted where statements are sent, and kept within its caller's share."""

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class Turns:
    """So many may have one at once; the others wait, first come first served.

    asyncio.Semaphore does the same; here a turn that is free, as nearly always, is taken and given back by plain calls.
    """

    __slots__ = ("_free", "_waiting")

    def __init__(self, most: int) -> None:
        self._free, self._waiting = most, deque[Future[None]]()

    def take(self) -> bool:
        """Takes a turn if one is free; while somebody waits, none is."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Until one is given back, which is taken then."""
        given = get_running_loop().create_future()
        self._waiting.append(given)
        try:
            await given
        except CancelledError:
            if not given.cancelled():
                # It came at the same moment.
                self.give_back()
            raise

    def give_back(self) -> None:
        while self._waiting:
            given = self._waiting.popleft()
            if not given.done():
                given.set_result(None)
                return
        self._free += 1

    async def __aenter__(self) -> None:
        if not self.take():
            await self.wait()

    async def __aexit__(self, *_: object) -> None:
        self.give_back()


@dataclass(eq=False, slots=True)
class Share:
    """How much of the database a caller may use at once, whatever they ask: the rest of it waits, first come first
    served, without a connection. Nobody takes a second turn to read while they hold one."""

    reading: Turns
    writing: Turns
    """Mutations, whose transactions may read besides."""


@dataclass(slots=True)
class Work:
    """The statements of one operation, and the rows that they read or wrote."""

    statements: int = 0
    rows: int = 0
    faults: int = 0
    """What stood in its `errors`."""
    share: Share | None = None
    """Its caller's, once the operation has been counted; what nobody asked for has no limit."""


CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)
"""Of the operation that this task, or one that started it, works for."""
_AT_ONCE: AbstractAsyncContextManager[None] = nullcontext()


def turn_to_read() -> AbstractAsyncContextManager[None]:
    """Held while a connection is in use for reading."""
    work = CURRENT.get()
    return _AT_ONCE if work is None or work.share is None else work.share.reading


def turn_to_write() -> AbstractAsyncContextManager[None]:
    """Held while a mutation waits for its transaction and runs it."""
    work = CURRENT.get()
    return _AT_ONCE if work is None or work.share is None else work.share.writing


@contextmanager
def within(share: Share) -> Iterator[None]:
    """What is done here is part of no operation, and has its turns in that share."""
    with working_for(Work(share=share)):
        yield


@contextmanager
def working_for(work: Work) -> Iterator[None]:
    """What is done here counts as that work, whoever asks for it."""
    token = CURRENT.set(work)
    try:
        yield
    finally:
        CURRENT.reset(token)


def count_work(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "after_cursor_execute", _count)


def _count(connection: Any, cursor: Any, *_: object) -> None:
    work = CURRENT.get()
    if work is not None:
        work.statements += 1
        work.rows += max(0, cursor.rowcount)
