"""Whether answers mean the same: each in one shape, whatever the dialect of the server."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench.postgraphile import in_our_shape


class AnswersDiffer(RuntimeError):
    """Two servers told different things; nothing they do can be compared."""


def meaning_of(body: bytes, dialect: str) -> Any:
    """What an answer says, in the peers' shape, with ids, amounts and instants written in one way."""
    answer = json.loads(body)
    if answer.get("errors"):
        raise AnswersDiffer(f"An answer has errors: {answer['errors']}")
    data = in_our_shape(answer["data"]) if dialect == "postgraphile" else answer["data"]
    return _plain("", data)


def require_same(read: str, titles: Sequence[str], answers: Sequence[Sequence[Any]]) -> None:
    """Each server's answers to all requests of a read, against those of the first one."""
    for title, theirs in zip(titles[1:], answers[1:], strict=True):
        for number, (expected, actual) in enumerate(zip(answers[0], theirs, strict=True)):
            for place, ours, other in _differences("data", expected, actual):
                raise AnswersDiffer(
                    f"{read}, request {number}: {place} is {ours!r} from {titles[0]} and {other!r} from {title}."
                )


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(name, one) for one in value]
    if value is None:
        return None
    if name == "id":
        return value.replace("-", "")[-32:]
    if name == "amountMinor":
        return int(value)
    if name == "quantity":
        return Decimal(value).normalize()
    return datetime.fromisoformat(value).astimezone(UTC) if name.endswith("At") else value


def _differences(place: str, ours: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(other, dict) and ours.keys() == other.keys():
        for key in ours:
            yield from _differences(f"{place}.{key}", ours[key], other[key])
    elif isinstance(ours, list) and isinstance(other, list) and len(ours) == len(other):
        for number, pair in enumerate(zip(ours, other, strict=True)):
            yield from _differences(f"{place}[{number}]", *pair)
    elif ours != other:
        yield place, ours, other
