"""Statements of levels: built with SQLAlchemy Core, compiled to text once for everybody of the viewer's shape."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.dialects.postgresql import asyncpg

from planner.edges import ByInstant, Connection
from planner.pages import PageRequest

Process: TypeAlias = Callable[[Any], Any]
_make_dialect: Any = asyncpg.dialect
DIALECT: Any = _make_dialect()


class Unsupported(Exception):
    """The planner cannot answer this; the ordinary executor does. `reason` is a short constant for counting."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a statement that gets its value at each request."""

    name: str
    process: Process | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A list of which some members get their values at each request."""

    members: tuple[Any, ...]
    process: Process | None = None

    def value(self, slots: Mapping[str, Any]) -> Any:
        value = [slots[one.name] if isinstance(one, Slot) else one for one in self.members]
        return value if self.process is None else self.process(value)


@dataclass(slots=True)
class Statement:
    """Compiled SQL and where the values of its parameters come from."""

    text: str
    parameters: tuple[Any, ...]
    names: frozenset[str] = field(init=False)
    """Of the values that it is given."""
    _slots: list[tuple[int, str, Process | None]] = field(init=False)
    _rows: list[tuple[int, Row]] = field(init=False)

    def __post_init__(self) -> None:
        places = list(enumerate(self.parameters))
        self._slots = [(at, one.name, one.process) for at, one in places if isinstance(one, Slot)]
        self._rows = [(at, one) for at, one in places if isinstance(one, Row)]
        members = [one.name for _, row in self._rows for one in row.members if isinstance(one, Slot)]
        self.names = frozenset([*(name for _, name, _ in self._slots), *members])

    def values(self, slots: Mapping[str, Any]) -> list[Any]:
        values = list(self.parameters)
        for at, name, process in self._slots:
            value = slots[name]
            values[at] = value if process is None or value is None else process(value)
        for at, row in self._rows:
            values[at] = row.value(slots)
        return values


@dataclass(frozen=True, slots=True)
class Asker:
    """A viewer as statements know them."""

    viewer: Any
    shape: int
    """Equal for viewers of the same shape, whose statements have the same text."""
    values: Mapping[str, Any]


@dataclass(slots=True)
class Viewers:
    """What an application tells of its viewers. Visibility may branch on the shape, and only pass the values on.

    `shape(viewer)` is hashable and holds all that conditions may branch on, `values(viewer)` what they compare with,
    and `stand_in(viewer, salt)` makes a viewer of the same shape whose values are like nobody's.
    """

    shape: Callable[[Any], Hashable]
    values: Callable[[Any], Mapping[str, Any]]
    stand_in: Callable[[Any, int], Any]
    _shapes: dict[Hashable, int] = field(default_factory=dict)
    _askers: dict[int, Asker] = field(default_factory=dict)

    def asker(self, viewer: Any) -> Asker:
        """Remembered by identity: viewers are replaced, never changed, and one that is kept here keeps its id."""
        asker = self._askers.get(id(viewer))
        if asker is None:
            if len(self._askers) >= _MOST_ASKERS:
                self._askers.clear()
            shape = self._shapes.setdefault(self.shape(viewer), len(self._shapes))
            asker = self._askers[id(viewer)] = Asker(viewer, shape, self.values(viewer))
        return asker


_MOST_ASKERS = 1_000


_MOMENTS = (datetime(1901, 2, 3, 4, 5, 6, 789, tzinfo=UTC), datetime(1902, 3, 4, 5, 6, 7, 891, tzinfo=UTC))
_FOREIGN = (UUID("00000000-5a5a-4000-8000-00000000a001"), UUID("00000000-5a5a-4000-8000-00000000b002"))


def slot(name: str, kind: Any = None) -> Any:
    """A parameter that is filled at each request."""
    return bindparam(f"slot_{name}", value=None, type_=kind or Integer())


def prepare(build: Callable[[Any, Any], Select[Any]], viewer: Any, request: Any, viewers: Viewers) -> Statement:
    """Compiles a statement twice, for two stand-ins of the viewer: what differs is what comes from the viewer.

    Were a value changed on its way into the statement, it would equal neither stand-in's, and nothing is planned.
    """
    compiled, known = [], []
    for salt in (0, 1):
        someone = viewers.stand_in(viewer, salt)
        asked, more = _stand_ins(request, salt)
        compiled.append(_compile(build(someone, asked)))
        known.append({**viewers.values(someone), **more})
    (text, first), (other_text, second) = compiled
    if text != other_text or len(first) != len(second):
        raise Unsupported("viewer in statement", text)
    return Statement(text, tuple(_parameter(one, two, known) for one, two in zip(first, second, strict=True)))


def shape_of(connection: Connection | None, request: PageRequest | None) -> Hashable:
    """What of a request decides the text of its statement; the rest are slots."""
    if connection is None or request is None:
        return None
    fixed = tuple(
        (name, value[0]) if isinstance(connection.filters[name], ByInstant) else (name, _kept(value))
        for name, value in request.filter
    )
    return fixed, request.order, request.backwards, request.after is not None, request.before is not None


def slots_of(connection: Connection | None, request: PageRequest | None) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    if connection is None or request is None:
        return slots
    for name, value in request.filter:
        if isinstance(connection.filters[name], ByInstant):
            slots[f"filter_{name}"] = value[1]
        elif isinstance(value, UUID):
            slots[f"filter_{name}"] = value
    return slots


def _kept(value: Any) -> Any:
    return UUID if isinstance(value, UUID) else value


def _stand_ins(request: PageRequest | None, salt: int) -> tuple[PageRequest | None, dict[str, Any]]:
    if request is None:
        return None, {}
    known: dict[str, Any] = {}
    conditions: list[tuple[str, Any]] = []
    for position, (name, value) in enumerate(request.filter):
        if isinstance(value, UUID):
            value = known[f"filter_{name}"] = UUID(int=_FOREIGN[salt].int + position)
        elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], datetime):
            known[f"filter_{name}"] = _MOMENTS[salt]
            value = (value[0], _MOMENTS[salt])
        conditions.append((name, value))
    return replace(request, filter=tuple(conditions)), known


def _compile(statement: Select[Any]) -> tuple[str, list[tuple[str, Any, Process | None]]]:
    compiled: Any = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    places = []
    for name in compiled.positiontup or ():
        bind = compiled.binds.get(name)
        if bind is None:
            # A member of a list: IN (…) has a parameter of its own for each.
            bind = compiled.binds[name.rpartition("_")[0]]
        process = bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
        places.append((name, compiled.params[name], process))
    return compiled.string, places


def _parameter(one: Any, two: Any, known: Sequence[Mapping[str, Any]]) -> Any:
    (name, value, process), (_, other, _) = one, two
    if name.startswith("slot_"):
        return Slot(name.removeprefix("slot_"), None if name in ("slot_keys", "slot_key") else process)
    if value == other:
        return process(value) if process is not None and value is not None else value
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        pairs = zip(value, other, strict=True)
        return Row(tuple(a if a == b else Slot(_slot_name(name, a, b, known)) for a, b in pairs), process)
    return Slot(_slot_name(name, value, other, known), process)


def _slot_name(name: str, value: Any, other: Any, known: Sequence[Mapping[str, Any]]) -> str:
    for slot_name, marked in known[0].items():
        if marked is not None and marked == value and known[1][slot_name] == other:
            return slot_name
    raise Unsupported("viewer in statement", f"{name} is computed")
