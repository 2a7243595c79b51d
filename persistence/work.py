"""What an operation asks of the database: counted where statements are sent, for whoever set out to count."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(slots=True)
class Work:
    """The statements of one operation, and the rows that they read or wrote."""

    statements: int = 0
    rows: int = 0
    faults: int = 0
    """What stood in its `errors`."""


CURRENT: ContextVar[Work | None] = ContextVar("work", default=None)
"""Of the operation that this task, or one that started it, works for."""


def count_work(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "after_cursor_execute", _count)


def _count(connection: Any, cursor: Any, *_: object) -> None:
    work = CURRENT.get()
    if work is not None:
        work.statements += 1
        work.rows += max(0, cursor.rowcount)
