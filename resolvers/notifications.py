"""Notifications: reading them, choosing how one is told, and the devices that show them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain.checks import Checks
from domain.notification_preferences import Choice, NotificationHours
from domain.notifications import (
    DevicePlatform,
    Notification,
    NotificationCategory,
    NotificationChannel,
    NotificationMode,
    PushDevice,
    UnreadCounts,
)
from persistence import notification_preferences, notifications, push_devices
from persistence.notification_readers import Reader, readers
from persistence.outbox import Wanted
from persistence.unit import Unit
from planner.edges import One
from resolvers.context import Context
from resolvers.guards import Needs
from resolvers.live import Feed, Update, follow
from resolvers.mutations import Changed

LIST, ORGANIZATION = notifications.LIST, notifications.ORGANIZATION
NOTIFICATION = One(notifications.NOTIFICATIONS, "object_id")
MOST_AT_ONCE, LONGEST_TOKEN = 100, 4096


@dataclass(frozen=True, slots=True)
class Preferences:
    """All that somebody has chosen, and what holds where they have not."""

    time_zone: str
    hours: NotificationHours
    choices: tuple[Choice, ...]
    devices: tuple[PushDevice, ...]

    @property
    def quiet_from(self) -> str | None:
        return self.hours.quiet_from

    @property
    def quiet_until(self) -> str | None:
        return self.hours.quiet_until

    @property
    def digest_at(self) -> str:
        return self.hours.digest_at


async def unread_counts(context: Context) -> UnreadCounts:
    async with context.platform.database.reader() as session:
        return await notifications.unread_counts(session, _person(context.viewer.user_id))


async def preferences(context: Context) -> Preferences:
    async with context.platform.database.reader() as session:
        user_id = _person(context.viewer.user_id)
        [reader] = await readers(session, [user_id])
        return _preferences(reader, tuple(await push_devices.of_user(session, user_id)))


async def notification_received(context: Context, after: str | None) -> AsyncIterator[Update]:
    """What the viewer is told, from now on or from a cursor on."""
    wanted = Wanted(topic=_person(context.viewer.user_id), subject_type=Notification.SUBJECT)
    feed = Feed(needs=Needs.PERSON, wanted=wanted, object_of=lambda event: None if event is None else event.subject_id)
    return await follow(context, feed, after)


async def mark_notifications_read(
    db: Unit, *, ids: list[UUID] | None, category: list[NotificationCategory] | None
) -> Changed:
    checks = Checks()
    if ids is not None:
        checks.count("ids", ids, least=1, most=MOST_AT_ONCE)
    checks.refuse()
    user_id = _person(db.by.user_id)
    count = await notifications.mark_read(db, user_id, ids, category)
    return Changed(read_count=count, unread=await notifications.unread_counts(db.session, user_id))


async def set_notification_preference(
    db: Unit, *, category: NotificationCategory, channel: NotificationChannel, mode: NotificationMode
) -> Changed:
    user_id = _person(db.by.user_id)
    await notification_preferences.choose(db, user_id, category, channel, mode)
    return await _changed(db, user_id)


async def set_notification_hours(
    db: Unit, *, quiet_from: str | None, quiet_until: str | None, digest_at: str | None
) -> Changed:
    user_id = _person(db.by.user_id)
    hours = await notification_preferences.hours_for_setting(db, user_id)
    hours.set(quiet_from, quiet_until, digest_at)
    await db.flush()
    return await _changed(db, user_id)


async def register_push_device(db: Unit, *, token: str, platform: DevicePlatform) -> Changed:
    checks = Checks()
    checks.line("token", token, least=1, most=LONGEST_TOKEN)
    checks.refuse()
    device = await push_devices.register(db, _person(db.by.user_id), token.strip(), platform)
    return Changed(device=device)


async def remove_push_device(db: Unit, *, device_id: UUID) -> Changed:
    device = await push_devices.for_removal(db, device_id)
    await push_devices.forget(db, [device.token])
    return Changed(removed_device_id=str(device.id))


async def _changed(db: Unit, user_id: UUID) -> Changed:
    [reader] = await readers(db.session, [user_id])
    return Changed(preferences=_preferences(reader, tuple(await push_devices.of_user(db.session, user_id))))


def _preferences(reader: Reader, devices: tuple[PushDevice, ...]) -> Preferences:
    choices = tuple(
        Choice(category, channel, reader.mode(category, channel), (category, channel) in reader.chosen)
        for category in NotificationCategory
        for channel in NotificationChannel
    )
    return Preferences(reader.zone.key, reader.hours, choices, devices)


def _person(user_id: UUID | None) -> UUID:
    if user_id is None:
        raise AssertionError("only people are told anything: the rule of the field says so")
    return user_id
