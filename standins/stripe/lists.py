"""Lists in pages, searching by metadata, and objects put in the place of their ids."""

import operator
import re
from typing import Any

from standins.stripe.errors import invalid
from standins.stripe.world import Call, Thing, World

_CLAUSE = re.compile(r"""^metadata\[(["'])(.+?)\1\]:(["'])(.*?)\3$""")


def as_list(things: list[Thing], call: Call, *filters: str) -> Thing:
    """One page of what has the wanted values in these fields; `created` is a range."""
    fields = call.fields
    found = [
        one
        for one in things
        if all(one.get(name) == fields[name] for name in filters if name in fields)
        and _is_within(one.get("created", 0), fields.get("created"))
    ]
    limit = fields.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("limit must be between 1 and 100", param="limit")
    after = fields.get("starting_after")
    if after is not None:
        ids = [one["id"] for one in found]
        if after not in ids:
            raise invalid(f"No such object: '{after}'", code="resource_missing", param="starting_after")
        found = found[ids.index(after) + 1 :]
    return {"object": "list", "url": call.path, "data": found[:limit], "has_more": len(found) > limit}


def as_search_result(world: World, things: list[Thing], call: Call) -> Thing:
    """What has all the metadata of the query, as far as the index has come."""
    indexed_until = world.now - int(world.search_lag.total_seconds())
    wanted = [_clause(one.strip()) for one in re.split(r"\s+AND\s+", call.fields["query"])]
    found = [
        one
        for one in things
        if one["created"] <= indexed_until and all(one["metadata"].get(key) == value for key, value in wanted)
    ]
    return {
        "object": "search_result",
        "url": call.path,
        "data": found[: call.fields.get("limit", 10)],
        "has_more": False,
    }


def expanded(world: World, answer: Thing, paths: list[str]) -> Thing:
    """The answer with objects in the place of ids, along these paths."""
    for path in paths:
        answer = _expanded(world, answer, path.split("."), path)
    return answer


def _expanded(world: World, value: Any, steps: list[str], path: str) -> Any:
    if not steps or value is None:
        return value
    if isinstance(value, list):
        return [_expanded(world, one, steps, path) for one in value]
    if not isinstance(value, dict) or steps[0] not in value:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    inner = value[steps[0]]
    if isinstance(inner, str):
        inner = world.any_thing(inner) or inner
    rest = inner if isinstance(inner, str) else _expanded(world, inner, steps[1:], path)
    return {**value, steps[0]: rest}


def _is_within(created: int, wanted: Any) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return created == wanted
    compared = {"gte": operator.ge, "lte": operator.le, "gt": operator.gt, "lt": operator.lt}
    return all(compared[name](created, bound) for name, bound in wanted.items())


def _clause(text: str) -> tuple[str, str]:
    found = _CLAUSE.match(text)
    if found is None:
        raise invalid(f"The stand-in searches by metadata only, not by {text!r}", param="query")
    return found[2], found[4]
