"""Texts of attributes: what needs no statement is written in one pass over the objects, without any waiting."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, is_leaf_type

from planner.rows import Rows
from planner.running import Fallback, Run
from planner.shapes import Attribute, Completion, Constant, Part, Shape

Write: TypeAlias = Callable[[Any], str]
"""The JSON of a value."""


@dataclass(slots=True)
class Written:
    """A run of constants and attributes; `fields` are (text before it, name, how it is written)."""

    fields: list[tuple[str, str, Write]]
    after: str

    async def texts(self, run: Run, rows: Rows) -> Any:
        return list(map(self.text, rows.objects()))

    def text(self, one: Any) -> str:
        return "".join([f"{before}{write(getattr(one, name))}" for before, name, write in self.fields]) + self.after


def merged(parts: Iterable[Part]) -> list[Part]:
    """The same parts, with runs of constants and attributes as one."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Attribute) and (write := _writer(part.completion, part.completion.graphql_type)):
            if isinstance(last, Constant):
                found[-1] = last = Written([], last.text)
            elif not isinstance(last, Written):
                found.append(last := Written([], ""))
            last.fields.append((last.after, part.name, write))
            last.after = ""
        elif isinstance(part, Constant) and isinstance(last, Written):
            last.after += part.text
        else:
            found.append(part)
    return found


def _writer(completion: Completion, kind: GraphQLOutputType) -> Write | None:
    """None where an object below has something to wait for, or where only the value tells its type."""
    if isinstance(kind, GraphQLNonNull):
        return _required(_writer(completion, kind.of_type))
    if isinstance(kind, GraphQLList):
        return _list(_writer(completion, kind.of_type))
    if is_leaf_type(kind):
        serialize = kind.serialize
        return lambda value: "null" if value is None else orjson.dumps(serialize(value)).decode()
    if completion.resolver is not None or completion.type_name is not None:
        return None
    return _object(completion.shapes[kind.name])


def _required(write: Write | None) -> Write | None:
    if write is None:
        return None

    def required(value: Any) -> str:
        if value is None:
            raise Fallback("null")
        return write(value)

    return required


def _list(write: Write | None) -> Write | None:
    if write is None:
        return None
    return lambda value: "null" if value is None else f"[{','.join(map(write, value))}]"


def _object(shape: Shape) -> Write | None:
    part = shape.parts[0] if len(shape.parts) == 1 else None
    if isinstance(part, Constant):
        constant = part.text
        return lambda value: "null" if value is None else constant
    if isinstance(part, Written):
        text = part.text
        return lambda value: "null" if value is None else text(value)
    return None
