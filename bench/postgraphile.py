"""PostGraphile's answers, whose names come from the tables, in the shape of the others."""

from typing import Any


def in_our_shape(data: dict[str, Any]) -> dict[str, Any]:
    return data
