"""Queries of what people choose of notifications."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.notification_preferences import NotificationHours, check_choice
from domain.notifications import NotificationCategory, NotificationChannel, NotificationMode
from persistence.tables.notifications import notification_hours, notification_preferences
from persistence.turns import take_turn
from persistence.unit import Unit


async def choose(
    db: Unit, user_id: UUID, category: NotificationCategory, channel: NotificationChannel, mode: NotificationMode
) -> None:
    """Takes the place of what was chosen before; refuses to switch off what cannot be."""
    check_choice(category, channel, mode)
    statement = insert(notification_preferences).values(
        user_id=user_id, category=category, channel=channel, mode=mode, set_at=db.at
    )
    changed = {"mode": statement.excluded.mode, "set_at": statement.excluded.set_at}
    await db.session.execute(
        statement.on_conflict_do_update(index_elements=["user_id", "category", "channel"], set_=changed)
    )


async def hours_for_setting(db: Unit, user_id: UUID) -> NotificationHours:
    """Somebody's hours, locked; new ones where they have never set any."""
    await take_turn(db, "notification hours", str(user_id))
    statement = select(NotificationHours).where(notification_hours.c.user_id == user_id).with_for_update()
    found = (await db.session.scalars(statement)).one_or_none()
    if found is None:
        found = NotificationHours(user_id=user_id)
        db.add(found)
    return found
