"""Statements that are written as text once, for reads that are made with every request."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select

from persistence.database import Database
from planner.statements import DIALECT


class Prepared:
    """A statement for one row, with $1, $2, ... in it as literal columns."""

    def __init__(self, statement: Select[Any]) -> None:
        self._text = str(statement.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
        self._columns: list[tuple[str, Callable[[Any], Any] | None]] = [
            (name, column.type.dialect_impl(DIALECT).result_processor(DIALECT, None))
            for name, column in statement.selected_columns.items()
        ]

    async def row(self, database: Database, *values: Any) -> Any:
        """The row by the names of its columns, with Python's values; None where there is none."""
        rows = await database.fetch(self._text, list(values))
        if not rows:
            return None
        pairs = zip(self._columns, rows[0], strict=True)
        return SimpleNamespace(**{name: value if read is None else read(value) for (name, read), value in pairs})
