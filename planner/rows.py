"""Rows of a level: what PostgreSQL returned, or objects that Python made; both give values and objects by column."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Numeric, Table

from planner.edges import Source
from planner.statements import DIALECT


class Rows(Protocol):
    """All rows of a level at once; everything is asked for column by column."""

    def __len__(self) -> int: ...

    def column(self, label: str) -> list[Any]: ...

    def objects(self) -> list[Any]: ...


class FetchedRows:
    """Records of a statement. `source` is the kind of object whose columns they carry."""

    def __init__(self, records: Sequence[Any], places: dict[str, int], source: Source) -> None:
        self._records, self._places, self._source = records, places, source
        self._objects: list[Any] | None = None

    def __len__(self) -> int:
        return len(self._records)

    def column(self, label: str) -> list[Any]:
        return list(map(itemgetter(self._places[label]), self._records))

    def objects(self) -> list[Any]:
        """Domain objects with the columns of this level; reading any other attribute is an error."""
        if self._objects is None:
            columns = [(name, process) for name, process in readers_of(self._source.table) if name in self._places]
            filled = [_processed(self.column(name), process) for name, process in columns]
            names, make = [name for name, _ in columns], self._source.entity
            self._objects = [_made(make, dict(zip(names, values, strict=True))) for values in zip(*filled, strict=True)]
        return self._objects


class MadeRows:
    """Objects that a resolver or a batch returned."""

    def __init__(self, objects: list[Any]) -> None:
        self._objects = objects

    def __len__(self) -> int:
        return len(self._objects)

    def column(self, label: str) -> list[Any]:
        return [getattr(one, label) for one in self._objects]

    def objects(self) -> list[Any]:
        return self._objects


Process = Callable[[Any], Any]
_READERS: dict[Table, list[tuple[str, Process | None]]] = {}


def readers_of(table: Table) -> list[tuple[str, Process | None]]:
    """The columns of a table with what turns the driver's value into Python's."""
    if table not in _READERS:
        _READERS[table] = [(column.key, _process_of(column.type)) for column in table.columns]
    return _READERS[table]


def _process_of(kind: Any) -> Process | None:
    if isinstance(kind, Numeric) and kind.asdecimal:
        return None
    process: Process | None = kind.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return process


def _processed(values: list[Any], process: Process | None) -> list[Any]:
    return values if process is None else [process(value) for value in values]


def _made(make: type, values: dict[str, Any]) -> Any:
    """An object outside of any session: its constructor and its state tracking are not for reading."""
    made: Any = object.__new__(make)
    made.__dict__.update(values)
    return made
