"""Promotions of features: a time in which everybody of an audience has a feature, without a row for each of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.entitlement_grants import GivenFeature, check_given, require_keeper
from domain.events import Recorder
from domain.features import Feature
from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.refusals import wrong_state
from domain.states import Versioned

MOST_ORGANIZATIONS = 1000


class FeaturePromotionStatus(Enum):
    """Whether a promotion may still give something."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Organizations of these kinds, and these organizations."""

    kinds: frozenset[OrganizationKind] = frozenset()
    organization_ids: frozenset[UUID] = frozenset()


@dataclass(eq=False, kw_only=True)
class FeaturePromotion(Recorder, Versioned):
    """It is over at `ends_at` by itself, or earlier when somebody ends it."""

    SUBJECT: ClassVar[str] = "feature_promotion"

    id: UUID
    feature_id: UUID
    app_id: UUID | None
    owner_organization_id: UUID | None
    value: int | None
    kinds: list[OrganizationKind]
    organization_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None

    def status_at(self, at: datetime) -> FeaturePromotionStatus:
        is_over = self.ended_at is not None or at >= self.ends_at
        return FeaturePromotionStatus.ENDED if is_over else FeaturePromotionStatus.ACTIVE

    def end(self, *, by: Actor, at: datetime) -> None:
        """Nobody has anything of it from this instant on. Refuses WRONG_STATE when it is over already."""
        require_keeper(self.owner_organization_id, by)
        if self.status_at(at) is FeaturePromotionStatus.ENDED:
            message = "This promotion is over already."
            raise wrong_state(
                message, from_state=FeaturePromotionStatus.ENDED.name, allowed=[FeaturePromotionStatus.ACTIVE.name]
            )
        self.ended_at = at
        self.record("ended", by=by, at=at, data={"featureId": str(self.feature_id)})

    def concerned_organizations(self) -> list[UUID]:
        """Of Milepost's own only staff learn: it names others."""
        return [] if self.owner_organization_id is None else [self.owner_organization_id]


def create(
    feature: Feature, audience: Audience, given: GivenFeature, *, known: Collection[UUID], by: Actor, at: datetime
) -> FeaturePromotion:
    """A new promotion. `known`: those of the named organizations that there are."""
    require_keeper(feature.owner_organization_id, by)
    checks = Checks("audience")
    someone = bool(audience.kinds or audience.organization_ids)
    checks.require(someone, "Say for whom: kinds of organizations, or organizations.", "kinds")
    checks.count("organizationIds", audience.organization_ids, most=MOST_ORGANIZATIONS)
    missing = audience.organization_ids - set(known)
    checks.require(not missing, f"{len(missing)} of these organizations do not exist.", "organizationIds")
    checks.refuse()
    check_given(feature, given, at=at)
    assert given.ends_at is not None
    made = FeaturePromotion(
        id=new_id(),
        feature_id=feature.id,
        app_id=feature.app_id,
        owner_organization_id=feature.owner_organization_id,
        value=given.value,
        kinds=sorted(audience.kinds, key=lambda kind: kind.value),
        organization_ids=sorted(audience.organization_ids),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
    )
    made.record("created", by=by, at=at, data={"featureId": str(feature.id), "code": feature.code})
    return made
