"""What has become of all that people and programs were told, once all is calm: nothing is lost, nothing is twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from bench.feeds import TYPES, Heard, Listener
from bench.hooks import Receiver
from bench.traffic import Traffic, mutation
from domain.webhook_deliveries import HOLDS_FOR
from persistence.books import check_books
from persistence.database import Database
from server.clock import Clock

_CALM_SECONDS = 240
_LOOK_SECONDS = 0.5
_LOOKS, _MORE_LOOKS = 6, 20
"""How often the same is seen waiting before the clock is moved: nobody is at work then. More often where something is
due already: it may be held up by what comes before it, and that is due later."""
_SHOWN = 5
"""Of each kind of wrong."""
_OPEN = """
SELECT what, count(*)::int AS number, array_remove(array_agg(next_at ORDER BY next_at), NULL) AS next_at FROM (
    SELECT 'jobs' AS what, next_at FROM outbox_reactions WHERE done_at IS NULL AND dead_at IS NULL
    UNION ALL SELECT 'webhooks', next_attempt_at FROM webhook_deliveries WHERE status IN ('PENDING', 'RETRYING')
    UNION ALL SELECT 'scheduled runs', next_at FROM scheduled_runs WHERE next_at IS NOT NULL
    UNION ALL SELECT 'events', NULL FROM outbox WHERE position IS NULL
    UNION ALL SELECT 'purchases', NULL FROM credit_purchases WHERE status = 'PENDING'
) AS open GROUP BY what
"""
_EVENTS = """
SELECT type, 'gig_' || replace(subject_id::text, '-', ''), subject_version FROM outbox
WHERE subject_id = ANY($1::uuid[]) AND type = ANY($2) ORDER BY position
"""
_STEPS = "SELECT subject_id, action, count(*)::int FROM status_changes WHERE subject_id = ANY($1::uuid[]) GROUP BY 1, 2"
_LINES = """
SELECT 'evt_' || replace(event_id::text, '-', '') AS id, subject_id, first_tried_at FROM webhook_deliveries
ORDER BY subject_id, turn
"""
_SQL = Path(__file__).with_suffix(".sql").read_text()


class Lost(AssertionError):
    """Something that was promised did not hold; the message says what, and how the run is repeated."""


async def until_calm(database_url: str, them: Traffic, staff_token: str) -> None:
    """Until nothing is left to do. What waits for its time gets it: the clock of a sandbox can be moved."""
    connection = await asyncpg.connect(database_url)
    database, seen, looks = Database(database_url, pool_size=1), list[tuple[Any, ...]](), 0
    try:
        async with asyncio.timeout(_CALM_SECONDS):
            while rows := await connection.fetch(_OPEN):
                looks = looks + 1 if seen == [tuple(row) for row in rows] else 0
                seen = [tuple(row) for row in rows]
                clock = Clock()
                await clock.reload(database)
                times, now = [at for row in rows for at in row["next_at"]], clock.now()
                if looks >= (_MORE_LOOKS if any(at <= now for at in times) else _LOOKS):
                    later = min((at for at in times if at > now), default=now + timedelta(minutes=1))
                    await _move_to(them, staff_token, later)
                    looks = 0
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        left = ", ".join(
            f"{row['number']} {row['what']} (at {', '.join(map(str, row['next_at'][:3]))})" for row in rows
        )
        raise Lost(f"After {_CALM_SECONDS} seconds there is still something to do: {left}.") from None
    finally:
        await database.close()
        await connection.close()


async def _move_to(them: Traffic, staff_token: str, instant: datetime) -> None:
    async with them.http() as http:
        http.headers["authorization"] = f"Bearer {staff_token}"
        given = {"to": instant.astimezone(UTC).isoformat()}
        await them.ask(http, mutation("advanceClock", "clock { now }"), input=given)


async def wrongs(database_url: str, them: Traffic, receiver: Receiver | None) -> list[str]:
    """All that does not hold, in words; nothing where all is well."""
    ids = [UUID(hex=gig.id.removeprefix("gig_")) for gig in them.gigs]
    connection = await asyncpg.connect(database_url)
    try:
        events = [tuple(row) for row in await connection.fetch(_EVENTS, ids, TYPES)]
        found = [f"{row['what']}: {row[1]}" for row in await connection.fetch(_SQL, ids if receiver else [])]
        found += _of_writes(them, await connection.fetch(_STEPS, ids))
        found += await _of_counts(connection, them)
        for number, listener in enumerate(them.listeners):
            found += [f"subscriber {number}: {what}" for what in heard_wrong(listener, events)]
        if receiver is not None:
            found += hooks_wrong(receiver, await connection.fetch(_LINES))
    finally:
        await connection.close()
    found += [f"refused: {what} ({times} times)" for what, times in them.refused.items()]
    return _shortened(found + await _of_books(database_url))


def heard_wrong(listener: Listener, events: Sequence[Heard]) -> list[str]:
    """Whether it has heard each of these events once, and in this order."""
    if listener.heard == events and not listener.gaps and not listener.partial:
        return []
    heard, told = Counter(listener.heard), Counter(events)
    counts = {
        "missed": (told - heard).total(),
        "heard twice": (heard - told).total(),
        "told of a gap": listener.gaps,
        "told in part of": listener.partial,
    }
    said = [f"{what} {number} of {len(events)} events" for what, number in counts.items() if number]
    return said or ["heard events in another order"]


def hooks_wrong(receiver: Receiver, lines: Sequence[Any]) -> list[str]:
    """Whether each event was taken at least once, and the next of an object only after the one before it, unless that
    was on its way for so long that nobody promised to wait."""
    messages = receiver.messages
    found = [f"one id says two things: {one}" for one in receiver.contradictions]
    found += [f"a webhook that was never taken: {row['id']}" for row in lines if not _is_taken(receiver, row["id"])]
    for before, after in pairwise(lines):
        if before["subject_id"] != after["subject_id"] or not _is_taken(receiver, before["id"]):
            continue
        first, second = messages[before["id"]], messages.get(after["id"])
        is_held = after["first_tried_at"] < before["first_tried_at"] + HOLDS_FOR
        if second is not None and is_held and second.first_heard < (first.first_taken or 0):
            found.append(f"a webhook that overtook another: {after['id']}")
    return found


def _is_taken(receiver: Receiver, id_: str) -> bool:
    return id_ in receiver.messages and receiver.messages[id_].first_taken is not None


def _of_writes(them: Traffic, steps: Sequence[Any]) -> list[str]:
    """Whether each step of a gig that was answered was made once, and none that was not."""
    made = {(row[0], row[1]): row[2] for row in steps if row[1] != "createGig"}
    answered = {(UUID(hex=gig.id.removeprefix("gig_")), name): n for gig in them.gigs for name, n in gig.done.items()}
    return [
        f"{step[1]} of gig {step[0]}: answered {answered.get(step, 0)} times, made {made.get(step, 0)} times"
        for step in sorted(made.keys() | answered.keys())
        if made.get(step) != answered.get(step)
    ]


async def _of_counts(connection: asyncpg.Connection, them: Traffic) -> list[str]:
    counted = {
        "gigs": (len(them.gigs), "SELECT count(*) FROM gigs WHERE title LIKE 'A bookshop on the web, %'"),
        "purchases": (len(them.purchases), "SELECT count(*) FROM credit_purchases"),
    }
    found = []
    for what, (answered, statement) in counted.items():
        made = await connection.fetchval(statement)
        if made != answered:
            found.append(f"{what}: {answered} were answered, and there are {made}")
    return found


async def never_arrived(database_url: str) -> int:
    """How many charges failed, and cost nothing, because whoever was to send them died first."""
    connection = await asyncpg.connect(database_url)
    try:
        count = await connection.fetchval("SELECT count(*) FROM payments WHERE failure_code = 'NEVER_ARRIVED'")
        return int(count)
    finally:
        await connection.close()


async def _of_books(database_url: str) -> list[str]:
    database, clock = Database(database_url, pool_size=1), Clock()
    try:
        await clock.reload(database)
        return [f"the books: {check.code}, {check.samples}" for check in await check_books(database, clock.now())]
    finally:
        await database.close()


def _shortened(found: Sequence[str]) -> list[str]:
    """A few of each kind."""
    kinds = Counter[str]()
    shown = []
    for one in found:
        kind = one.partition(":")[0]
        kinds[kind] += 1
        if kinds[kind] <= _SHOWN:
            shown.append(one)
    return shown + [f"{kind}: {number - _SHOWN} more" for kind, number in kinds.items() if number > _SHOWN]
