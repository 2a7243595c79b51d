"""Turns: transactions about the same thing wait for each other although no row stands for it yet."""

from sqlalchemy import func, select

from domain.tokens import digest
from persistence.unit import Unit


async def take_turn(db: Unit, *what: str) -> None:
    """Waits until no other transaction holds this turn, and holds it until this one ends."""
    key = int.from_bytes(digest("\n".join(what))[:8], signed=True)
    await db.session.execute(select(func.pg_advisory_xact_lock(key)))
