"""Grants: staff, or the developers of an app, give one organization a feature for a time, and say why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.catalogue import MAX_COUNT
from domain.checks import Checks
from domain.events import Recorder
from domain.features import Feature, FeatureKind
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import conflict, forbidden, wrong_state
from domain.states import Versioned

MIN_REASON, MAX_REASON = 5, 500


class GrantReason(Enum):
    """Why a feature is given."""

    COMPENSATION = "COMPENSATION"
    PARTNERSHIP = "PARTNERSHIP"
    TRIAL_EXTENSION = "TRIAL_EXTENSION"
    TEST = "TEST"
    OTHER = "OTHER"


class GrantStatus(Enum):
    """Where a grant stands; only REVOKED is written down, the rest follows from time."""

    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFeature:
    """What a grant or a promotion gives, and from when to when; no value is unlimited, no end is for good."""

    value: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(eq=False, kw_only=True)
class EntitlementGrant(Recorder, Versioned):
    """No two that are not revoked give one organization the same feature at the same time."""

    SUBJECT: ClassVar[str] = "entitlement_grant"

    id: UUID
    organization_id: UUID
    feature_id: UUID
    app_id: UUID | None
    owner_organization_id: UUID | None
    """Whose app's feature it is; none in Milepost's own catalogue."""
    value: int | None
    reason_kind: GrantReason
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    granted_by: UUID | None
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    revoke_reason: str | None = None

    def status_at(self, at: datetime) -> GrantStatus:
        if self.revoked_at is not None:
            return GrantStatus.REVOKED
        if self.ends_at is not None and at >= self.ends_at:
            return GrantStatus.EXPIRED
        return GrantStatus.SCHEDULED if at < self.starts_at else GrantStatus.ACTIVE

    def revoke(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Ends it for good, from this instant on. Refuses WRONG_STATE when it has ended already."""
        require_keeper(self.owner_organization_id, by)
        why = _said(reason)
        status = self.status_at(at)
        open_ = (GrantStatus.SCHEDULED, GrantStatus.ACTIVE)
        if status not in open_:
            message = f"This grant is {status.name}: there is nothing left to revoke."
            raise wrong_state(message, from_state=status.name, allowed=[one.name for one in open_])
        self.revoked_at, self.revoked_by, self.revoke_reason = at, by.user_id, why
        self.record("entitlement.revoked", by=by, at=at, data={"featureId": str(self.feature_id), "reason": why})

    def concerned_organizations(self) -> list[UUID]:
        return [one for one in (self.organization_id, self.owner_organization_id) if one is not None]


def grant(
    organization_id: UUID,
    feature: Feature,
    given: GivenFeature,
    reason_kind: GrantReason,
    reason: str,
    *,
    overlapping: Sequence[EntitlementGrant],
    by: Actor,
    at: datetime,
) -> EntitlementGrant:
    """A new grant. `overlapping`: the unrevoked ones of this feature and organization at any of the same time."""
    require_keeper(feature.owner_organization_id, by)
    why = _said(reason)
    check_given(feature, given, at=at)
    if overlapping:
        raise conflict("The organization has a grant of this feature at that time: revoke it, or choose another time.")
    made = EntitlementGrant(
        id=new_id(),
        organization_id=organization_id,
        feature_id=feature.id,
        app_id=feature.app_id,
        owner_organization_id=feature.owner_organization_id,
        value=given.value,
        reason_kind=reason_kind,
        reason=why,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        granted_by=by.user_id,
    )
    made.record("entitlement.granted", by=by, at=at, data={"featureId": str(feature.id), "code": feature.code})
    return made


def require_keeper(owner_organization_id: UUID | None, by: Actor) -> None:
    """Staff may give every feature; an app's developers those of their own catalogue."""
    if by.may(Permission.STAFF_GRANTS):
        return
    if not (by.may(Permission.APPS_DEVELOP) and by.acts_for(owner_organization_id)):
        raise forbidden("Only staff, or the developers of the app whose feature it is, decide about this.")


def check_given(feature: Feature, given: GivenFeature, *, at: datetime) -> None:
    """Refuses INVALID a value for what has none, and a time that is over or ends before it starts."""
    checks = Checks()
    if feature.kind is FeatureKind.LIMIT:
        checks.whole("value", given.value, least=0, most=MAX_COUNT)
    else:
        checks.require(given.value is None, f"Only a LIMIT has a value; {feature.code} has none.", "value")
    if given.ends_at is not None:
        is_ahead = given.ends_at > max(given.starts_at, at)
        checks.require(is_ahead, "Give an instant after the start, and ahead of now.", "endsAt")
    checks.refuse()


def _said(reason: str) -> str:
    checks = Checks()
    checks.text("reason", reason, least=MIN_REASON, most=MAX_REASON)
    checks.refuse()
    return reason.strip()
