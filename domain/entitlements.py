"""What an organization may use: the union of intervals from everything that gives it a feature, looked at now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.features import FeatureKind, FeatureReset
from domain.products import FeatureMode


class EntitlementState(Enum):
    """Where an entitlement stands, best first."""

    ACTIVE = "ACTIVE"
    GRACE = "GRACE"
    SCHEDULED = "SCHEDULED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class SourceKind(Enum):
    """What gave a feature."""

    SUBSCRIPTION = "SUBSCRIPTION"
    PURCHASE = "PURCHASE"
    GRANT = "GRANT"
    PROMOTION = "PROMOTION"


_OPEN = frozenset({EntitlementState.ACTIVE, EntitlementState.GRACE})
_RANK = {state: rank for rank, state in enumerate(EntitlementState)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementSource:
    """One reason to have a feature: from `starts_at` until right before `ends_at`, for ever without one.

    From `grace_at` on it only lasts because what is owed may still come. `over` says how it ended before its time: its
    interval no longer counts. With `seats` it is for these people alone.
    """

    kind: SourceKind
    id: UUID
    starts_at: datetime
    ends_at: datetime | None = None
    grace_at: datetime | None = None
    renews_at: datetime | None = None
    """When what is counted for each period begins anew."""
    value: int | None = None
    mode: FeatureMode = FeatureMode.SET
    over: EntitlementState | None = None
    seats: frozenset[UUID] | None = None

    def state_at(self, at: datetime) -> EntitlementState:
        if self.over is not None:
            return self.over
        if self.ends_at is not None and at >= self.ends_at:
            return EntitlementState.EXPIRED
        if at < self.starts_at:
            return EntitlementState.SCHEDULED
        if self.grace_at is not None and at >= self.grace_at:
            return EntitlementState.GRACE
        return EntitlementState.ACTIVE

    def is_active_at(self, at: datetime) -> bool:
        return self.state_at(at) in _OPEN

    def is_for(self, user_id: UUID | None) -> bool:
        """Whether it counts for this person; the organization as a whole, None, has what any of its seats has."""
        return user_id is None or self.seats is None or user_id in self.seats


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSources:
    """A feature of a catalogue, and everything that gives it to one organization, at any time."""

    feature_id: UUID
    code: str
    kind: FeatureKind
    reset: FeatureReset
    sources: tuple[EntitlementSource, ...] = ()

    def at(self, at: datetime, user_id: UUID | None = None) -> "Entitlement":
        """What holds at an instant, for the organization or for one person in it."""
        sources = [one for one in self.sources if one.is_for(user_id)]
        active = [one for one in sources if one.is_active_at(at)]
        limits = self.kind is FeatureKind.LIMIT
        return Entitlement(
            feature=self,
            is_active=bool(active),
            state=_best(sources, at),
            ends_at=_latest_end(active),
            limit=_limit(active) if limits else None,
            is_unlimited=limits and _is_unlimited(active),
            active=tuple(active),
            at=at,
        )


SetKey = tuple[str, int, int]
"""The kind of the organization, its version and that of the catalogue: as long as they stay, the set does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementSet:
    """All features of a catalogue by code, with what gives them to one organization: intervals, not answers."""

    key: SetKey
    features: Mapping[str, FeatureSources]

    @property
    def version(self) -> str:
        _, of_organization, of_catalogue = self.key
        return f"{of_organization}.{of_catalogue}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What an organization has of a feature at one instant. A limit of None is none at all, or without limits."""

    feature: FeatureSources
    is_active: bool
    state: EntitlementState | None
    ends_at: datetime | None
    limit: int | None
    is_unlimited: bool
    active: tuple[EntitlementSource, ...]
    at: datetime

    @property
    def sources(self) -> list["ShownSource"]:
        """All that ever gave the feature, as it stands now; what is active first, the latest first."""
        shown = [_shown(one, self.at) for one in self.feature.sources]
        return sorted(shown, key=lambda one: (not one.is_active, -one.starts_at.timestamp(), one.source_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """A source as it stands at the instant of a check."""

    kind: SourceKind
    source_id: UUID
    state: EntitlementState
    is_active: bool
    starts_at: datetime
    ends_at: datetime | None
    value: int | None
    mode: FeatureMode


def _shown(source: EntitlementSource, at: datetime) -> ShownSource:
    state = source.state_at(at)
    return ShownSource(
        kind=source.kind,
        source_id=source.id,
        state=state,
        is_active=state in _OPEN,
        starts_at=source.starts_at,
        ends_at=source.ends_at,
        value=source.value,
        mode=source.mode,
    )


def _best(sources: Sequence[EntitlementSource], at: datetime) -> EntitlementState | None:
    return min((one.state_at(at) for one in sources), key=_RANK.__getitem__, default=None)


def _latest_end(active: Sequence[EntitlementSource]) -> datetime | None:
    """None where nothing is active, or where something is for ever."""
    ends = [one.ends_at for one in active if one.ends_at is not None]
    return max(ends) if ends and len(ends) == len(active) else None


def _is_unlimited(active: Sequence[EntitlementSource]) -> bool:
    return any(one.value is None for one in active)


def _limit(active: Sequence[EntitlementSource]) -> int | None:
    """The highest SET and every ADD; a feature that is off has a limit of 0."""
    if _is_unlimited(active):
        return None
    given = [(one.mode, one.value or 0) for one in active]
    highest = max((value for mode, value in given if mode is FeatureMode.SET), default=0)
    return highest + sum(value for mode, value in given if mode is FeatureMode.ADD)
