"""Letting go of what is kept for a time only."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from persistence.tables.platform import outbox, outbox_reactions
from persistence.unit import Unit

EVENTS_KEPT = timedelta(days=90)
AT_ONCE = 1000


async def delete_old_events(db: Unit) -> int:
    """Deletes the oldest events, in order of position up to the first that is young or has something left to do."""
    placed = select(outbox.c.position, outbox.c.occurred_at).where(outbox.c.position.is_not(None))
    oldest = placed.order_by(outbox.c.position).limit(AT_ONCE).subquery()
    is_young = oldest.c.occurred_at >= db.at - EVENTS_KEPT
    first_young = select(func.min(oldest.c.position)).where(is_young).scalar_subquery()
    first_open = select(func.min(outbox_reactions.c.position)).where(
        outbox_reactions.c.done_at.is_(None), outbox_reactions.c.dead_at.is_(None)
    )
    last_old = select(func.max(oldest.c.position)).where(
        oldest.c.position < func.coalesce(first_young, oldest.c.position + 1),
        oldest.c.position < func.coalesce(first_open.scalar_subquery(), oldest.c.position + 1),
    )
    last = await db.session.scalar(last_old)
    if last is None:
        return 0
    await db.session.execute(delete(outbox_reactions).where(outbox_reactions.c.position <= last))
    deleted = await db.session.execute(delete(outbox).where(outbox.c.position <= last).returning(outbox.c.id))
    return len(deleted.all())
