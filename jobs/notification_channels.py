"""Carrying a notification, or a day's together, to its reader: as a letter, or to all of their devices."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.notification_letters import DAILY, Words, digest_of, words_of
from domain.notification_preferences import may_be_off
from domain.notifications import NotificationChannel, SendStatus
from integrations.mail import AddressRefused, Letter, send
from integrations.push import DeviceGone, NoPusher, PushMessage, push
from integrations.unsubscribe_pages import unsubscribe_page_of
from persistence import notification_sends, notifications, push_devices
from persistence.database import Database
from persistence.notification_sends import Parcel
from persistence.unit import Unit, transact

Outcome = tuple[SendStatus, str | None]
"""What became of it, and why it was not sent."""


async def carry(database: Database, parcel: Parcel, now: datetime) -> Outcome:
    """Raises where it may work later."""
    if parcel.channel is NotificationChannel.EMAIL:
        return await _mail(database, parcel, now)
    return await _push(database, parcel, now)


async def _mail(database: Database, parcel: Parcel, now: datetime) -> Outcome:
    words = _words(parcel)
    try:
        await send(Letter(parcel.reader.email, words.title, words.text, _end_of(parcel)))
    except AddressRefused as refused:

        async def note(db: Unit) -> None:
            await notification_sends.note_bounce(db, parcel.reader.email)

        await transact(database, note, by=SYSTEM, at=now)
        return SendStatus.BOUNCED, str(refused)
    return SendStatus.SENT, None


async def _push(database: Database, parcel: Parcel, now: datetime) -> Outcome:
    words, user_id = _words(parcel), parcel.reader.user_id
    async with database.reader() as session:
        devices = await push_devices.of_user(session, user_id)
        unread = await notifications.unread_counts(session, user_id)
    gone = []
    for device in devices:
        message = PushMessage(
            token=device.token,
            platform=device.platform.name,
            key=str(parcel.sends[0].id),
            title=words.title,
            text=words.text.strip(),
            badge=unread.notifications,
        )
        try:
            await push(message)
        except DeviceGone:
            gone.append(device.token)
        except NoPusher as none:
            return SendStatus.SUPPRESSED, str(none)
    if gone:

        async def forget(db: Unit) -> None:
            await push_devices.forget(db, gone)

        await transact(database, forget, by=SYSTEM, at=now)
    return (SendStatus.SENT, None) if len(devices) > len(gone) else (SendStatus.SUPPRESSED, "there is no device")


def _words(parcel: Parcel) -> Words:
    if parcel.is_digest:
        counts = [send.count for send in parcel.sends]
        return digest_of(list(zip(parcel.notifications, counts, strict=True)))
    return words_of(parcel.notifications[0], parcel.sends[0].count)


def _end_of(parcel: Parcel) -> str | None:
    """Where mail like this is ended with one click; None where it cannot be."""
    categories = {one.category for one in parcel.notifications}
    if not any(may_be_off(one, NotificationChannel.EMAIL) for one in categories):
        return None
    what = DAILY if parcel.is_digest else parcel.notifications[0].category.name
    return unsubscribe_page_of(parcel.reader.user_id, what)
