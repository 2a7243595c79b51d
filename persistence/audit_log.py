"""Writing into the audit log: one statement, the last of its transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit_entries import Act, Told, written

_APPEND = text("SELECT append_audit(:chain_id, :sealed, CAST(:change AS jsonb))")


async def append(
    session: AsyncSession, act: Act, told: Sequence[Told], *, at: datetime, request_id: str | None
) -> None:
    """Takes the end of one chain until the transaction ends, which is to be at once."""
    entry = written(act, told, at=at, request_id=request_id)
    values = {"chain_id": entry.chain_id, "sealed": entry.sealed, "change": entry.change}
    await session.execute(_APPEND, values)
