"""Quotas: how much of a limit is used in the window that is open now, and what consuming more of it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import MAX_COUNT
from domain.checks import Checks
from domain.entitlements import Entitlement, EntitlementState, ShownSource, SourceKind
from domain.events import Recorder
from domain.features import FeatureKind, FeatureReset
from domain.refusals import RefusalCode, Refused, invalid

WARNED_AT_PERCENT = 80
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the window of what is never reset begins."""


@dataclass(frozen=True, slots=True)
class QuotaWindow:
    """The time in which a counter counts; without an end for what is never reset."""

    starts_at: datetime
    resets_at: datetime | None


def window_of(entitlement: Entitlement, at: datetime) -> QuotaWindow:
    """The window that is open at an instant: of the calendar in UTC, or of the subscription that gives the limit."""
    reset = entitlement.feature.reset
    if reset is FeatureReset.CALENDAR_MONTH:
        return _month_of(at.astimezone(UTC))
    if reset is FeatureReset.NEVER or not entitlement.active:
        return QuotaWindow(ALWAYS, None)
    paid = [one for one in entitlement.active if one.kind is SourceKind.SUBSCRIPTION] or entitlement.active
    giving = max(paid, key=lambda one: (one.value is None, one.value or 0, one.starts_at, one.id))
    return QuotaWindow(giving.starts_at, giving.renews_at or giving.ends_at)


def _month_of(at: datetime) -> QuotaWindow:
    start = datetime(at.year, at.month, 1, tzinfo=UTC)
    return QuotaWindow(start, datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC))


@dataclass(slots=True, kw_only=True)
class Quota:
    """How much of a limit is used in the window that is open; a limit of None is none at all."""

    feature_code: str
    used: int
    limit: int | None
    window_starts_at: datetime
    resets_at: datetime | None

    def as_document(self) -> dict[str, Any]:
        resets_at = None if self.resets_at is None else self.resets_at.isoformat()
        return {**asdict(self), "window_starts_at": self.window_starts_at.isoformat(), "resets_at": resets_at}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        names = ("window_starts_at", "resets_at")
        instants = {name: None if document[name] is None else datetime.fromisoformat(document[name]) for name in names}
        return cls(**{**document, **instants})

    @property
    def is_unlimited(self) -> bool:
        return self.limit is None

    @property
    def remaining(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(slots=True)
class CheckedEntitlement:
    """The answer to whether an organization may use a feature now and, where it is a limit, how much of it."""

    entitlement: Entitlement
    quota: Quota | None
    version: str
    """Of the organization's entitlements and of the catalogue: another one says that something has changed."""

    @property
    def feature_id(self) -> UUID:
        return self.entitlement.feature.feature_id

    @property
    def feature_code(self) -> str:
        return self.entitlement.feature.code

    @property
    def kind(self) -> FeatureKind:
        return self.entitlement.feature.kind

    @property
    def is_active(self) -> bool:
        return self.entitlement.is_active

    @property
    def state(self) -> EntitlementState | None:
        return self.entitlement.state

    @property
    def ends_at(self) -> datetime | None:
        return self.entitlement.ends_at

    @property
    def limit(self) -> int | None:
        return self.entitlement.limit

    @property
    def is_unlimited(self) -> bool:
        return self.entitlement.is_unlimited

    @property
    def used(self) -> int | None:
        return None if self.quota is None else self.quota.used

    @property
    def resets_at(self) -> datetime | None:
        return None if self.quota is None else self.quota.resets_at

    @property
    def sources(self) -> list[ShownSource]:
        return self.entitlement.sources


def quota_of(entitlement: Entitlement, used: int, window: QuotaWindow) -> Quota:
    return Quota(
        feature_code=entitlement.feature.code,
        used=used,
        limit=entitlement.limit,
        window_starts_at=window.starts_at,
        resets_at=window.resets_at,
    )


@dataclass(eq=False, kw_only=True)
class QuotaCounter(Recorder):
    """What an organization has used of a limit in one window. One statement moves it, or refuses to."""

    SUBJECT: ClassVar[str] = "quota_counter"

    id: UUID
    organization_id: UUID
    feature_id: UUID
    window_starts_at: datetime
    used: int
    warned_at_used: int | None

    def concerned_organizations(self) -> Iterable[UUID]:
        return (self.organization_id,)

    def moved(self, code: str, limit: int | None, *, by: Actor, at: datetime) -> None:
        """Tells once for each window that most of it is used, and whenever nothing is left."""
        if limit is None:
            return
        data = {"featureCode": code, "used": str(self.used), "limit": str(limit)}
        if self.warned_at_used == self.used:
            self.record("usage.threshold_reached", by=by, at=at, data=data)
        if self.used == limit:
            self.record("usage.limit_reached", by=by, at=at, data=data)


def warned_from(limit: int) -> int:
    """How much is used when the warning comes: the first count that is no less than 80 %."""
    return max(1, -(-limit * WARNED_AT_PERCENT // 100))


def check_amount(entitlement: Entitlement, amount: int) -> None:
    """Refuses what cannot be consumed, whatever is left of it."""
    feature = entitlement.feature
    if feature.kind is not FeatureKind.LIMIT:
        raise invalid(f"{feature.code} is no LIMIT: nothing of it is consumed.", "featureCode")
    checks = Checks()
    checks.whole("amount", amount, least=1, most=MAX_COUNT)
    checks.refuse()


def limit_reached(
    entitlement: Entitlement,
    used: int,
    amount: int,
    window: QuotaWindow,
    required_plan: str | None,
    path: Sequence[str] = ("amount",),
) -> Refused:
    """The refusal to use more than is left."""
    limit = entitlement.limit or 0
    left = max(0, limit - used)
    return Refused(
        RefusalCode.LIMIT_REACHED,
        f"{used} of {limit} {entitlement.feature.code} are used: {left} are left, and this needs {amount}.",
        path=path,
        used=used,
        limit=limit,
        reset_at=window.resets_at,
        required_plan=required_plan,
    )


def not_entitled(code: str, required_plan: str | None = None, path: Sequence[str] = ("featureCode",)) -> Refused:
    """The refusal to use a feature that is off."""
    message = f"The organization has no {code} at present: it comes with a plan, a purchase or a grant."
    return Refused(RefusalCode.NOT_ENTITLED, message, path=path, required_plan=required_plan)
