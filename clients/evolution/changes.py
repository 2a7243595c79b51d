"""The differences between two schemas, each with its coordinate and how much it can hurt."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from graphql import GraphQLSchema
from graphql.utilities.find_schema_changes import (
    BreakingChange,
    BreakingChangeType,
    DangerousChange,
    DangerousChangeType,
    SafeChangeType,
    SchemaChange,
    find_schema_changes,
)

from clients.coordinates import members


class Severity(Enum):
    """BREAKING: requests that worked fail. DANGEROUS: answers may surprise. SAFE: nobody notices who does not look."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


class Sort(Enum):
    """What a changelog files a change under."""

    REMOVED = "Removed"
    CHANGED = "Changed"
    ADDED = "Added"
    DEPRECATED = "Deprecated"
    DESCRIBED = "Described"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `text` says it in a sentence.

    `concerns` is the coordinate whose users a breaking change meets: what is gone, or what got stricter.
    """

    severity: Severity
    sort: Sort
    coordinate: str
    concerns: str
    text: str


_COORDINATE = re.compile(r"@\w+(?:\(\w+:\))?|\b[A-Z_]\w*\.\w+(?:\(\w+:\))?")
_OWNER = re.compile(r"(?:union type|implemented by) (\w+)")
_WHOLE_TYPE = re.compile(r"^(?:Standard scalar |Description of )?(\w+)")
_SORTS = {"REMOVED": Sort.REMOVED, "ADDED": Sort.ADDED, "DESCRIPTION": Sort.DESCRIBED}


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """The worst first, else in the order in which they were found."""
    found = [_change(one) for one in find_schema_changes(old, new)] + list(_deprecations(old, new))
    return sorted(found, key=lambda one: list(Severity).index(one.severity))


def _change(found: SchemaChange) -> Change:
    sort = next((sort for word, sort in _SORTS.items() if word in found.type.name), Sort.CHANGED)
    coordinate = coordinate_in(found.description)
    is_described = found.type is SafeChangeType.DESCRIPTION_CHANGED
    text = f"{coordinate} is described in other words." if is_described else found.description
    return Change(_severity(found), sort, coordinate, _concerned(found, coordinate), text)


def _severity(found: SchemaChange) -> Severity:
    if isinstance(found, BreakingChange):
        return Severity.BREAKING
    # Whoever does not know a new optional field of an input leaves it out, and nothing changes for them.
    is_unseen = found.type is DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED
    return Severity.DANGEROUS if isinstance(found, DangerousChange) and not is_unseen else Severity.SAFE


def coordinate_in(description: str) -> str:
    """What a description of a change is about: the library says it in words only."""
    words = description.partition(' has changed to "')[0]
    if found := _COORDINATE.search(words):
        return found[0]
    whole = _OWNER.search(words) or _WHOLE_TYPE.search(words)
    assert whole is not None, "every description names something"
    return whole[1]


def _concerned(found: SchemaChange, coordinate: str) -> str:
    """Something new that is required concerns everybody who uses what it is added to."""
    if found.type is BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED:
        return coordinate.partition(".")[0]
    if found.type in (BreakingChangeType.REQUIRED_ARG_ADDED, BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED):
        return coordinate.partition("(")[0]
    return coordinate


def _deprecations(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before = {one.coordinate: one.deprecation for one in members(old)}
    for one in members(new):
        was, name = before.get(one.coordinate), one.coordinate
        if one.deprecation is not None and was is None:
            yield Change(Severity.SAFE, Sort.DEPRECATED, name, name, f"{name} is deprecated: {one.deprecation}")
        elif one.deprecation is None and was is not None:
            yield Change(Severity.SAFE, Sort.CHANGED, name, name, f"{name} is no longer deprecated.")
