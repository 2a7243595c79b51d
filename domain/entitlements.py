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
    BASE = "BASE"


_BEST_FIRST = tuple(EntitlementState)
_ACTIVE, _GRACE = EntitlementState.ACTIVE, EntitlementState.GRACE


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
        states, active = list[EntitlementState](), list[EntitlementSource]()
        for one in self.sources:
            if user_id is None or one.is_for(user_id):
                state = one.state_at(at)
                states.append(state)
                if state is _ACTIVE or state is _GRACE:
                    active.append(one)
        limit = _limit(active) if self.kind is FeatureKind.LIMIT else None
        return Entitlement(
            feature=self,
            is_active=bool(active),
            state=_best(states) if states else None,
            ends_at=_latest_end(active) if active else None,
            limit=limit,
            is_unlimited=limit is None and self.kind is FeatureKind.LIMIT,
            active=active,
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


@dataclass(slots=True, kw_only=True)
class Entitlement:
    """What an organization has of a feature at one instant. A limit of None is none at all, or without limits."""

    feature: FeatureSources
    is_active: bool
    state: EntitlementState | None
    ends_at: datetime | None
    limit: int | None
    is_unlimited: bool
    active: Sequence[EntitlementSource]
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
        is_active=state is _ACTIVE or state is _GRACE,
        starts_at=source.starts_at,
        ends_at=source.ends_at,
        value=source.value,
        mode=source.mode,
    )


def _best(states: Sequence[EntitlementState]) -> EntitlementState:
    return next(state for state in _BEST_FIRST if state in states)


def _latest_end(active: Sequence[EntitlementSource]) -> datetime | None:
    """None where something is for good."""
    latest = active[0].ends_at
    for one in active:
        if one.ends_at is None or latest is None:
            return None
        latest = max(latest, one.ends_at)
    return latest


def _limit(active: Sequence[EntitlementSource]) -> int | None:
    """The highest SET and every ADD; a feature that is off has a limit of 0. None: something makes it unlimited."""
    highest = added = 0
    for one in active:
        if one.value is None:
            return None
        if one.mode is FeatureMode.ADD:
            added += one.value
        else:
            highest = max(highest, one.value)
    return highest + added
