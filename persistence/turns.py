"""Turns: transactions about the same thing wait for each other although no row stands for it yet."""

from sqlalchemy import func, select

from domain.tokens import digest
from persistence.unit import Unit


async def take_turn(db: Unit, *what: str, is_shared: bool = False) -> None:
    """Waits until no other transaction holds this turn, and holds it until this one ends; whoever shares it waits only
    for those who do not."""
    key = int.from_bytes(digest("\n".join(what))[:8], signed=True)
    lock = func.pg_advisory_xact_lock_shared if is_shared else func.pg_advisory_xact_lock
    await db.session.execute(select(lock(key)))
