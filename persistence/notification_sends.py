"""Queries of what is sent of notifications: setting it going, taking what is due, and noting what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import new_id
from domain.notifications import (
    MERGED_WITHIN,
    Notification,
    NotificationChannel,
    NotificationMode,
    NotificationSend,
    SendStatus,
)
from persistence.notification_readers import Reader, readers
from persistence.tables.notifications import bounced_addresses, notification_sends, notifications
from persistence.unit import Unit

_sends, _rows = notification_sends.c, notifications.c
MOST_IN_DIGEST = 200

_PENDING = _sends.status == SendStatus.PENDING


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one person by one channel in one piece: a notification, or a digest of several."""

    reader: Reader
    channel: NotificationChannel
    is_digest: bool
    sends: Sequence[NotificationSend]
    notifications: Sequence[Notification]


async def set_going(db: Unit, new: Sequence[tuple[Notification, Reader]], event_type: str) -> None:
    """Has new notifications sent as each reader wants: together with what waits to be sent of the same, or anew."""
    for channel in NotificationChannel:
        wanted = [(one, reader) for one, reader in new if _is_reached(reader, channel, one)]
        if not wanted:
            continue
        joined = await _join_what_waits(db, wanted, channel, event_type)
        rows = [_row(one, reader, channel, db.at) for one, reader in wanted if reader.user_id not in joined]
        if rows:
            await db.session.execute(insert(notification_sends), rows)


async def take_due(db: Unit) -> Parcel | None:
    """What is due first, and of a digest all that is due with it, marked as begun so that nobody else sends it now.

    None where nothing is due; a parcel may be empty all the same."""
    due = (_PENDING, _sends.due_at <= db.at)
    statement = select(NotificationSend).where(*due).order_by(_sends.due_at, _sends.id).limit(1)
    first = (await db.session.scalars(statement.with_for_update(skip_locked=True))).one_or_none()
    if first is None:
        return None
    sends = [first]
    if first.is_digest:
        same = (_sends.user_id == first.user_id, _sends.channel == first.channel, _sends.is_digest)
        others = select(NotificationSend).where(*due, *same, _sends.id != first.id).order_by(_sends.id)
        sends += await db.session.scalars(others.limit(MOST_IN_DIGEST).with_for_update(skip_locked=True))
    return await _parcel(db, sends)


async def being_sent(db: Unit, parcel: Parcel) -> Sequence[NotificationSend]:
    """What was taken, locked, to note what became of it."""
    ids = [send.id for send in parcel.sends]
    statement = select(NotificationSend).where(_sends.id.in_(ids), _PENDING).order_by(_sends.id).with_for_update()
    return (await db.session.scalars(statement)).all()


async def note_bounce(db: Unit, email: str) -> None:
    """Nobody is reached there: nothing is sent to it any more."""
    statement = insert(bounced_addresses).values(email=email, bounced_at=db.at)
    await db.session.execute(statement.on_conflict_do_nothing())


def _is_reached(reader: Reader, channel: NotificationChannel, one: Notification) -> bool:
    if channel is NotificationChannel.PUSH and not reader.has_devices:
        return False
    return reader.mode(one.category, channel) is not NotificationMode.OFF


def _row(one: Notification, reader: Reader, channel: NotificationChannel, at: datetime) -> dict[str, object]:
    mode = reader.mode(one.category, channel)
    return {
        "id": new_id(),
        "notification_id": one.id,
        "user_id": one.user_id,
        "channel": channel,
        "is_digest": mode is NotificationMode.DIGEST,
        "status": SendStatus.PENDING,
        "count": 1,
        "attempts": 0,
        "due_at": reader.due_at(one.category, mode, at),
        "created_at": at,
    }


async def _join_what_waits(
    db: Unit, wanted: Sequence[tuple[Notification, Reader]], channel: NotificationChannel, event_type: str
) -> set[UUID]:
    """Counts new ones with what was not begun to be sent of the same kind about the same object; whose they were."""
    subject_id = wanted[0][0].subject_id
    statement = (
        select(NotificationSend)
        .join(notifications, _rows.id == _sends.notification_id)
        .where(_sends.user_id.in_([reader.user_id for _, reader in wanted]), _sends.channel == channel, _PENDING)
        .where(_sends.attempts == 0, _sends.created_at > db.at - MERGED_WITHIN)
        .where(_rows.type == event_type, _rows.subject_id == subject_id)
        .order_by(_sends.id)
        # One that is being taken now is not waited for: the new one is sent by itself.
        .with_for_update(skip_locked=True, of=notification_sends)
    )
    waiting = {send.user_id: send for send in await db.session.scalars(statement)}
    for send in waiting.values():
        send.count += 1
    return set(waiting)


async def _parcel(db: Unit, sends: Sequence[NotificationSend]) -> Parcel:
    """What of it is still wanted now, in the order in which it happened."""
    [reader] = await readers(db.session, [sends[0].user_id])
    by_notification = {send.notification_id: send for send in sends}
    found = select(Notification).where(_rows.id.in_(by_notification)).order_by(_rows.created_at, _rows.id)
    wanted = [one for one in await db.session.scalars(found) if _begin(by_notification[one.id], one, reader, db.at)]
    return Parcel(reader, sends[0].channel, sends[0].is_digest, [by_notification[one.id] for one in wanted], wanted)


def _begin(send: NotificationSend, one: Notification, reader: Reader, at: datetime) -> bool:
    """Whether it goes now. Since it was set going its reader may have chosen otherwise, or gone."""
    if why := _unwanted(send, one, reader):
        send.end(SendStatus.SUPPRESSED, at=at, error=why)
        return False
    free_at = reader.due_at(one.category, NotificationMode.INSTANT, at)
    if free_at > at:
        send.due_at = free_at
        return False
    send.begin(at=at)
    return True


def _unwanted(send: NotificationSend, one: Notification, reader: Reader) -> str | None:
    if not reader.is_active:
        return "the account is not active"
    if send.channel is NotificationChannel.EMAIL and reader.has_bounced:
        return "nobody is reached at the address"
    return "switched off" if reader.mode(one.category, send.channel) is NotificationMode.OFF else None
