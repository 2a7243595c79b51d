"""Whether a platform is still empty, decided by one process at a time."""

from sqlalchemy import exists, select

from persistence.tables.identity import users
from persistence.turns import take_turn
from persistence.unit import Unit


async def is_empty(db: Unit) -> bool:
    """Whether nobody has signed up yet. Whoever asks at the same time waits until this transaction has ended."""
    await take_turn(db, "first people")
    return not (await db.session.execute(select(exists().where(users.c.id.is_not(None))))).scalar_one()
