"""Webhooks of the simulator on their way: taken when they are due, sent again until they are received."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from integrations.simulator.signatures import HEADER, signature

SENT_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""After a webhook was not received; the last again and again, until it was sent ten times."""
MOST_ATTEMPTS = 10
AT_ONCE = 50
_SOMEBODY_ELSE = "whoever signs with this is not the simulator"

_TAKE = """
UPDATE simulator_deliveries d SET due_at = $1 + interval '1 minute', attempts = attempts + 1
FROM (
    SELECT id, due_at FROM simulator_deliveries WHERE done_at IS NULL AND due_at <= $1
    ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
) due, simulator_events e
WHERE d.id = due.id AND e.id = d.event_id
RETURNING d.id, due.due_at AS was_due_at, d.is_forged, d.attempts, e.id AS event_id, e.type, e.kind, e.key,
    e.provider_id, e.at
"""
_END = "UPDATE simulator_deliveries SET done_at = $2, answer = $3 WHERE id = $1"
_AGAIN = "UPDATE simulator_deliveries SET due_at = $2, answer = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook that is due, ready to be sent."""

    id: int
    attempt: int
    is_forged: bool
    body: bytes = field(repr=False)

    def headers(self, secret: str, real: datetime) -> dict[str, str]:
        """Signed now, whenever it was due; a forged one with another secret."""
        signed = signature(_SOMEBODY_ELSE if self.is_forged else secret, self.body, real)
        return {"content-type": "application/json", HEADER: signed}


async def take_due(db: asyncpg.Connection, now: datetime) -> list[Webhook]:
    """Some of the webhooks that are due, in the order in which they fell due. Nobody else sends them for a minute."""
    rows = await db.fetch(_TAKE, now, AT_ONCE)
    rows.sort(key=lambda row: (row["was_due_at"], row["id"]))
    return [Webhook(row["id"], row["attempts"], row["is_forged"], _body(row)) for row in rows]


async def received(db: asyncpg.Connection, webhook: Webhook, status: int, now: datetime) -> None:
    """What was answered to it, as an HTTP status. Forged ones are not sent again."""
    if 200 <= status < 300 or webhook.is_forged or webhook.attempt >= MOST_ATTEMPTS:
        await db.execute(_END, webhook.id, now, status)
        return
    wait = SENT_AGAIN_AFTER[min(webhook.attempt, len(SENT_AGAIN_AFTER)) - 1]
    await db.execute(_AGAIN, webhook.id, now + wait, status)


def _body(row: asyncpg.Record) -> bytes:
    said = {
        "id": row["event_id"],
        "type": row["type"],
        "occurredAt": row["at"].isoformat(),
        "kind": row["kind"],
        "key": None if row["key"] is None else str(row["key"]),
        "subject": row["provider_id"],
    }
    return json.dumps(said, separators=(",", ":")).encode()
