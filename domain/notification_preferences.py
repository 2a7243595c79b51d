"""What people choose of notifications: by category and channel at once, once a day or not at all, and when not."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.checks import Checks
from domain.notifications import NotificationCategory, NotificationChannel, NotificationMode
from domain.refusals import invalid

_C, _M = NotificationCategory, NotificationMode

ALWAYS_MAILED = frozenset({_C.SECURITY, _C.LEGAL, _C.PAYMENT_FAILURE})
"""Whoever does not learn of these loses money, rights or the account: mail about them cannot be switched off."""
NEVER_HELD = frozenset({_C.SECURITY})
"""Quiet hours do not keep these back."""

_ONCE_A_DAY = frozenset({_C.MONEY, _C.BILLING, _C.TEAM})
"""What can wait for the daily mail, unless somebody chooses otherwise."""
DIGEST_AT = "08:00"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(eq=False, kw_only=True)
class NotificationPreference:
    """What one person has chosen for one category and channel."""

    user_id: UUID
    category: NotificationCategory
    channel: NotificationChannel
    mode: NotificationMode
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """What holds for one category and channel, chosen or not."""

    category: NotificationCategory
    channel: NotificationChannel
    mode: NotificationMode
    is_chosen: bool

    @property
    def can_be_off(self) -> bool:
        return may_be_off(self.category, self.channel)


@dataclass(eq=False, kw_only=True)
class NotificationHours:
    """When one person is left alone, and when their daily mail comes, as times of day in their own time zone."""

    user_id: UUID
    quiet_from: str | None = None
    quiet_until: str | None = None
    digest_at: str = DIGEST_AT

    def set(self, quiet_from: str | None, quiet_until: str | None, digest_at: str | None) -> None:
        checks = Checks()
        for name, given in (("quietFrom", quiet_from), ("quietUntil", quiet_until), ("digestAt", digest_at)):
            readable = given is None or _TIME.fullmatch(given) is not None
            checks.require(readable, "Give a time of day such as 08:00.", name)
        both = (quiet_from is None) == (quiet_until is None)
        if checks.require(both, "Give both ends of the quiet hours, or neither.", "quietUntil"):
            apart = quiet_from is None or quiet_from != quiet_until
            checks.require(apart, "Quiet hours end at another time than they begin.", "quietUntil")
        checks.refuse()
        self.quiet_from, self.quiet_until, self.digest_at = quiet_from, quiet_until, digest_at or DIGEST_AT

    def due_at(self, category: NotificationCategory, mode: NotificationMode, at: datetime, zone: ZoneInfo) -> datetime:
        """When something that happens now is sent: at once or with the next digest, but not in quiet hours."""
        if mode is _M.DIGEST:
            at = _next(_time(self.digest_at), at, zone, folds=(0,))
        return at if category in NEVER_HELD else self.free_at(at, zone)

    def free_at(self, at: datetime, zone: ZoneInfo) -> datetime:
        """That instant, or the end of the quiet hours in which it lies."""
        if self.quiet_from is None or self.quiet_until is None:
            return at
        begin, end = _time(self.quiet_from), _time(self.quiet_until)
        now = at.astimezone(zone).time()
        is_quiet = begin <= now < end if begin < end else now >= begin or now < end
        return _next(end, at, zone, folds=(0, 1)) if is_quiet else at


def may_be_off(category: NotificationCategory, channel: NotificationChannel) -> bool:
    return channel is not NotificationChannel.EMAIL or category not in ALWAYS_MAILED


def usual_mode(category: NotificationCategory, channel: NotificationChannel) -> NotificationMode:
    """What holds while somebody has not chosen."""
    waits = channel is NotificationChannel.EMAIL and category in _ONCE_A_DAY
    return _M.DIGEST if waits else _M.INSTANT


def check_choice(category: NotificationCategory, channel: NotificationChannel, mode: NotificationMode) -> None:
    if mode is _M.OFF and not may_be_off(category, channel):
        raise invalid(f"Mail about {category.name} cannot be switched off: choose INSTANT or DIGEST.", "mode")


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _next(when: time, after: datetime, zone: ZoneInfo, folds: tuple[int, ...]) -> datetime:
    """The first instant after one at which clocks there show that time.

    Where clocks are put forward past it, it comes as much later; where they are put back, it comes twice, of which
    `folds` says which count.
    """
    today = after.astimezone(zone).date()
    shown = [
        datetime.combine(today + timedelta(days=ahead), when, zone).replace(fold=fold).astimezone(UTC)
        for ahead in (0, 1)
        for fold in folds
    ]
    return min(one for one in shown if one > after)
