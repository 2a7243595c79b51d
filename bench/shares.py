"""Which part of Milepost a request spends its time in: what a profile saw, added up by what the code is for."""

import pstats
from collections import defaultdict
from collections.abc import Iterator

# The first that a file's path contains says what it is for.
_PARTS = (
    ("the statement: PostgreSQL, its driver, waiting", ("/persistence/pins.py", "/asyncpg/", "/uvloop/")),
    (
        "who calls, and whether they may",
        ("/persistence/callers.py", "/resolvers/guards.py", "/server/auth.py", "hashlib"),
    ),
    ("limits and cost", ("/schema/metering.py", "/rate_limits.py", "/schema/cost", "/schema/limits.py")),
    (
        "the plan: found, filled in, put together",
        ("/planner/", "/schema/nodes.py", "/schema/ids.py", "/resolvers/nodes.py"),
    ),
    (
        "metrics and log",
        ("/server/tallies.py", "/server/metrics.py", "/structlog/", "/logging/", "/prometheus_client/"),
    ),
    ("request and answer", ("/server/", "/starlette/", "orjson")),
    ("", ("/bench/",)),
)
_BUILT_IN = "~"
Function = tuple[str, int, str]


def shares(stats: pstats.Stats) -> str:
    """One line for each part, the largest first. What is built in counts for whoever calls it."""
    spent = defaultdict[str, float](float)
    for function, seconds in _seconds(stats):
        spent[_part(function)] += seconds
    spent.pop("", None)
    whole = sum(spent.values())
    largest_first = sorted(spent.items(), key=lambda one: -one[1])
    return "\n".join(f"{seconds / whole:6.1%}  {part}" for part, seconds in largest_first)


def _seconds(stats: pstats.Stats) -> Iterator[tuple[Function, float]]:
    for function, (_, _, own, _, callers) in vars(stats)["stats"].items():
        if function[0] != _BUILT_IN:
            yield function, own
            continue
        for caller, (_, _, for_caller, _) in callers.items():
            yield caller if caller[0] != _BUILT_IN else function, for_caller


def _part(function: Function) -> str:
    where = f"{function[0]} {function[2]}"
    return next((part for part, marks in _PARTS if any(mark in where for mark in marks)), "the rest")
