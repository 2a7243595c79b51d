"""The requests of the hot paths, as they go to Milepost and to the functions that are written by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from bench.reads import request_of
from bench.servers import BY_HAND, Running

_FRESH = "00000000-0000-4000-8000-000000000000"
"""Stands in requests where each has an id of its own."""


@dataclass(frozen=True, slots=True)
class HotPath:
    """An operation, and the variables with which a numbered request goes to Milepost and to the function."""

    operation: str
    title: str
    ours: Callable[[int], dict[str, Any]]
    by_hand: Callable[[int], dict[str, Any]]


def _now() -> str:
    return datetime.now(UTC).isoformat()


PATHS = (
    HotPath(
        "spend",
        "spendCredits",
        lambda number: {"input": {"quantity": 1 + number % 7, "idempotencyKey": _FRESH}},
        lambda number: {"quantity": 1 + number % 7, "movement": _FRESH},
    ),
    HotPath(
        "usage",
        "recordUsage",
        lambda _: {"input": {"events": [{"meterCode": "calls", "eventId": _FRESH, "occurredAt": _now()}]}},
        lambda _: {"meter": "calls", "event": _FRESH, "at": _now()},
    ),
    HotPath(
        "check",
        "checkEntitlement",
        lambda _: {"code": "proposals.monthly"},
        lambda _: {"feature": "proposals.monthly"},
    ),
    HotPath("account", "creditAccount", lambda _: {}, lambda _: {}),
)


@dataclass(slots=True)
class Side:
    """One of both servers."""

    running: Running
    owners: Sequence[UUID]

    def requests(self, path: HotPath, organizations: Sequence[int], count: int) -> list[bytes]:
        """So many, by these organizations in turns; each sent as `fresh` has made it."""
        found = []
        for number in range(count):
            one = organizations[number % len(organizations)]
            if self.running.server is BY_HAND:
                variables = {"owner": str(self.owners[one]), **path.by_hand(number)}
            else:
                variables = path.ours(number)
            found.append(request_of("hot", path.operation, f"bench-0-{one}", variables))
        return found


def fresh(request: bytes) -> bytes:
    return request.replace(_FRESH.encode(), str(uuid4()).encode())
