"""Notifications: what somebody is told because of an event, in the app and, as they choose, by mail and push."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.events import Recorder


class NotificationCategory(Enum):
    """What a notification is about; people choose by it how they are told."""

    WORK = "WORK"
    INVOICES = "INVOICES"
    MONEY = "MONEY"
    PAYMENT_FAILURE = "PAYMENT_FAILURE"
    BILLING = "BILLING"
    APPROVALS = "APPROVALS"
    TEAM = "TEAM"
    SECURITY = "SECURITY"
    LEGAL = "LEGAL"


class NotificationChannel(Enum):
    """How a notification leaves Milepost. In the app it is there in any case."""

    EMAIL = "EMAIL"
    PUSH = "PUSH"


class NotificationMode(Enum):
    """Whether and when a notification is sent by a channel."""

    INSTANT = "INSTANT"
    DIGEST = "DIGEST"
    OFF = "OFF"


class SendStatus(Enum):
    """What became of sending a notification by one channel."""

    PENDING = "PENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    BOUNCED = "BOUNCED"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


class DevicePlatform(Enum):
    """What a device runs."""

    IOS = "IOS"
    ANDROID = "ANDROID"
    WEB = "WEB"


KEPT = timedelta(days=180)
"""How long notifications stay."""
MERGED_WITHIN = timedelta(minutes=5)
"""For how long what waits to be sent takes up more of the same kind about the same object."""
MAX_DEVICES = 20
MAX_ATTEMPTS = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


@dataclass(eq=False, kw_only=True)
class Notification(Recorder):
    """One person is told of one event. The event's id keeps them from being told twice, whatever is tried again."""

    SUBJECT: ClassVar[str] = "notification"

    id: UUID
    user_id: UUID
    organization_id: UUID | None
    """For whom they are told it; None where it is about themselves."""
    event_id: UUID
    type: str
    category: NotificationCategory
    subject_type: str
    subject_id: UUID
    title: str
    text: str
    params: Mapping[str, str]
    """What the texts were made of, for those who make their own."""
    created_at: datetime
    read_at: datetime | None = None


@dataclass(eq=False, kw_only=True)
class NotificationSend:
    """A notification on its way by one channel. `count` tells for how many it stands: later ones join what waits."""

    id: UUID
    notification_id: UUID
    user_id: UUID
    channel: NotificationChannel
    is_digest: bool
    status: SendStatus
    count: int
    attempts: int
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None = None
    error: str | None = None

    def begin(self, *, at: datetime) -> None:
        """Counts an attempt before it is made: one that kills the process counts too, and the next comes later."""
        self.attempts += 1
        self.due_at = at + min(_FIRST_WAIT * 2**self.attempts, _LONGEST_WAIT)

    def end(self, status: SendStatus, *, at: datetime, error: str | None = None) -> None:
        self.status, self.error = status, error
        self.sent_at = at if status is SendStatus.SENT else None

    def fail(self, error: str, *, at: datetime) -> None:
        """It is tried again later, until it was tried often enough."""
        self.error = error
        if self.attempts >= MAX_ATTEMPTS:
            self.end(SendStatus.FAILED, at=at, error=error)


@dataclass(eq=False, kw_only=True)
class PushDevice:
    """A device that shows a person's notifications. Its token is what the push service knows it by."""

    id: UUID
    user_id: UUID
    token: str
    platform: DevicePlatform
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many unread notifications of a category there are."""

    category: NotificationCategory
    count: int


@dataclass(frozen=True, slots=True)
class UnreadCounts:
    """What a person has not read yet."""

    by_category: tuple[CategoryCount, ...]

    @property
    def notifications(self) -> int:
        return sum(one.count for one in self.by_category)
