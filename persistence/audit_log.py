"""Writing into the audit log: one statement, the last of its transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit_entries import Act, Told, written

_APPEND = text("SELECT append_audit(:chain_id, :sealed, CAST(:change AS jsonb))")
_KEEP_AND_APPEND = text("""
WITH kept AS (
    UPDATE idempotency_records SET result = CAST(:result AS jsonb)
    WHERE scope_id = :scope_id AND mutation = :mutation AND key = :key
)
SELECT append_audit(:chain_id, :sealed, CAST(:change AS jsonb))
""")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a repeat of a mutation shall be answered with, as JSON, and under which key."""

    scope_id: UUID
    mutation: str
    key: UUID
    result: str


async def append(
    session: AsyncSession,
    act: Act,
    told: Sequence[Told],
    *,
    at: datetime,
    request_id: str | None,
    kept: KeptAnswer | None = None,
) -> None:
    """Takes the end of one chain until the transaction ends, which is to be at once. What is kept for a repeat is
    written along, as it is known no earlier."""
    entry = written(act, told, at=at, request_id=request_id)
    values = {"chain_id": entry.chain_id, "sealed": entry.sealed, "change": entry.change}
    if kept is None:
        await session.execute(_APPEND, values)
    else:
        await session.execute(_KEEP_AND_APPEND, values | asdict(kept))
