"""How people are notified: what they choose, when they are left alone, and their devices."""

from datetime import datetime
from typing import Any

import strawberry

from domain import notification_preferences as choices
from domain import notifications as domain
from domain.notifications import DevicePlatform, NotificationCategory, NotificationChannel, NotificationMode
from resolvers import notifications as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.enums import describe
from schema.guarded import asks
from schema.inputs import an_id, optional, value
from schema.mutations import IdOf, mutation
from schema.scalars import TimeZone
from schema.shapes import Node, plain, shows

describe(
    NotificationChannel,
    "How notifications leave Milepost. In the app they are there in any case.",
    EMAIL="By mail.",
    PUSH="On the devices that were registered with registerPushDevice.",
)
describe(
    NotificationMode,
    "Whether and when notifications are sent.",
    INSTANT="At once, unless in quiet hours.",
    DIGEST="Once a day, at digestAt, all in one.",
    OFF="Not at all.",
)
describe(
    DevicePlatform,
    "What a device runs.",
    IOS="iOS or iPadOS.",
    ANDROID="Android.",
    WEB="A browser.",
)


@shows(choices.Choice, "How you are told of one category by one channel.")
class NotificationPreference:
    category: NotificationCategory = plain("The category.")
    channel: NotificationChannel = plain("The channel.")
    mode: NotificationMode = plain("What holds.")
    is_chosen: bool = plain("Whether you have chosen it; otherwise it is what holds for everybody who has not.")
    can_be_off: bool = plain("Whether OFF can be chosen.")


@shows(domain.PushDevice, "A device that shows your notifications.")
class PushDevice(Node):
    platform: DevicePlatform = plain("What it runs.")
    registered_at: datetime = plain("When it was registered last.")


@shows(resolve.Preferences, "How you are notified.")
class NotificationPreferences:
    choices: list[NotificationPreference] = plain("Every category with every channel.")
    quiet_from: str | None = plain(
        "From when on nothing but what concerns security is sent, such as 22:00. Null: never."
    )
    quiet_until: str | None = plain("Until when.")
    digest_at: str = plain("When DIGEST is sent, such as 08:00.")
    time_zone: TimeZone = plain("In which zone these times are: that of your profile.")
    devices: list[PushDevice] = plain("Your devices, the one registered last first.")


_CHANGED = {"preferences": (NotificationPreferences, "How you are notified from now on.")}


@strawberry.type
class NotificationPreferenceQueries:
    @asks(Needs.PERSON, "How you are notified.", graphql_type=NotificationPreferences)
    async def notification_preferences(self, info: strawberry.Info[Context, None]) -> Any:
        return await resolve.preferences(info.context)


@strawberry.type
class NotificationPreferenceMutations:
    set_notification_preference = mutation(
        resolve.set_notification_preference,
        "Chooses how you are told of a category by a channel. INVALID for mail about SECURITY, LEGAL and"
        " PAYMENT_FAILURE that would be OFF.",
        needs=Needs.PERSON,
        takes={
            "category": value(NotificationCategory, "The category."),
            "channel": value(NotificationChannel, "The channel."),
            "mode": value(NotificationMode, "What shall hold."),
        },
        gives=_CHANGED,
    )
    set_notification_hours = mutation(
        resolve.set_notification_hours,
        "Says when you are left alone and when DIGEST is sent, as times of day in the zone of your profile. All of it"
        " anew: quiet hours that are left out are none.",
        needs=Needs.PERSON,
        takes={
            "quiet_from": optional(str, "The beginning of quiet hours, such as 22:00."),
            "quiet_until": optional(str, "Their end, on the same day or the next."),
            "digest_at": optional(str, "When DIGEST is sent; 08:00 unless said."),
        },
        gives=_CHANGED,
    )
    register_push_device = mutation(
        resolve.register_push_device,
        "Has your notifications shown on a device. One that was somebody else's is yours from now on; of more than 20"
        " the oldest go.",
        needs=Needs.PERSON,
        takes={
            "token": value(str, "What the push service knows the device by, up to 4096 characters."),
            "platform": value(DevicePlatform, "What it runs."),
        },
        gives={"device": (PushDevice, "The device.")},
    )
    remove_push_device = mutation(
        resolve.remove_push_device,
        "Shows nothing on a device any more.",
        needs=Needs.PERSON,
        takes={"device_id": an_id("PushDevice", "The device.")},
        gives={"removed_device_id": (IdOf("PushDevice"), "The id it had.")},
    )
