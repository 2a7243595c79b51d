"""Limits on the values of variables, which no document shows."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

MAX_NESTING, MAX_ENTRIES = 10, 1_000
"""The longest list that any input takes; most say less."""


def check_variables(variables: Mapping[str, Any]) -> None:
    """A GraphQLError for values that are nested too deep, and for lists with too many entries."""
    for name, given in variables.items():
        if isinstance(given, (dict, list)):
            _check(name, given, 1)


def _check(name: str, given: dict[str, Any] | list[Any], level: int) -> None:
    if level > MAX_NESTING:
        raise _beyond(f"The variable {name} is nested deeper than {MAX_NESTING} levels.", MAX_NESTING)
    if isinstance(given, list) and len(given) > MAX_ENTRIES:
        message = f"The variable {name} has a list of {len(given)} entries; at most {MAX_ENTRIES:,} are allowed."
        raise _beyond(message, MAX_ENTRIES)
    for one in given.values() if isinstance(given, dict) else given:
        if isinstance(one, (dict, list)):
            _check(name, one, level + 1)


def _beyond(message: str, limit: int) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT", "limit": limit})
