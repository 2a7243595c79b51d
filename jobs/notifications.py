"""Notifications: told by events, sent when it is time, and forgotten after 180 days."""

import logging
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.notification_letters import DAILY
from domain.notification_preferences import may_be_off
from domain.notifications import NotificationCategory, NotificationChannel, NotificationMode
from domain.stories import STORIES
from integrations.mail import CannotCarry
from jobs.notification_channels import carry
from jobs.side_by_side import several
from persistence import notification_preferences, notification_sends, notifications
from persistence.database import Database
from persistence.notification_readers import readers
from persistence.notification_sends import Parcel
from persistence.unit import Unit, transact

EMAIL, OFF = NotificationChannel.EMAIL, NotificationMode.OFF

log = logging.getLogger(__name__)


async def notify(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To every event of the stories. A repeat tells nobody twice."""

    async def work(db: Unit) -> None:
        await notifications.tell(db, event, STORIES[event.type])

    await transact(database, work, by=SYSTEM, at=now)


async def send_due(database: Database, now: datetime) -> int:
    """Sends what is due, a few parcels side by side. What fails is tried again later and stops nothing else."""

    async def step() -> bool:
        parcel = await transact(database, notification_sends.take_due, by=SYSTEM, at=now)
        if parcel is not None and parcel.sends:
            await _send(database, parcel, now)
        return parcel is not None

    return await several(step)


async def forget_old(database: Database, now: datetime) -> int:
    return await transact(database, notifications.forget_old, by=SYSTEM, at=now)


async def unsubscribe(database: Database, user_id: UUID, what: str, now: datetime) -> bool:
    """Ends mail about a category, or about all that is mailed once a day; False for anything else."""

    async def work(db: Unit) -> bool:
        ended = [one for one in NotificationCategory if may_be_off(one, EMAIL)]
        if what == DAILY:
            [reader] = await readers(db.session, [user_id])
            ended = [one for one in ended if reader.mode(one, EMAIL) is NotificationMode.DIGEST]
        else:
            ended = [one for one in ended if one.name == what]
        for category in ended:
            await notification_preferences.choose(db, user_id, category, EMAIL, OFF)
        return bool(ended) or what == DAILY

    return await transact(database, work, by=SYSTEM, at=now)


async def _send(database: Database, parcel: Parcel, now: datetime) -> None:
    failure = None
    try:
        status, error = await carry(database, parcel, now)
    except Exception as raised:
        # Only what is known to name nobody is written down.
        failure = str(raised) if isinstance(raised, CannotCarry) else type(raised).__name__
        log.warning("a notification could not be sent by %s: %s", parcel.channel.name, failure)

    async def note(db: Unit) -> None:
        for send in await notification_sends.being_sent(db, parcel):
            if failure is None:
                send.end(status, at=db.at, error=error)
            else:
                send.fail(failure, at=db.at)

    await transact(database, note, by=SYSTEM, at=now)
