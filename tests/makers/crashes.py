"""Makers of the end of a process between two of its statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from persistence.database import Database
from tests.makers.providers import Killed


@contextmanager
def killed_at(database: Database, statement_number: int) -> Iterator[None]:
    """Ends the process in front of its n-th statement from here."""
    left = statement_number

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
