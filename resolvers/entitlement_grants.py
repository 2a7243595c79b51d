"""Grants and promotions of features: giving, and taking back."""

from datetime import datetime
from uuid import UUID

from domain import entitlement_grants as rules
from domain import feature_promotions as promotion_rules
from domain.entitlement_grants import GivenFeature, GrantReason
from domain.feature_promotions import Audience
from domain.permissions import Permission
from persistence import entitlement_grants as grants
from persistence import feature_promotions as promotions
from persistence.entitlement_versions import bump
from persistence.unit import Unit
from resolvers.mutations import Changed

KEEPERS = (Permission.STAFF_GRANTS, Permission.APPS_DEVELOP)
READERS = (Permission.STAFF_READ, Permission.STAFF_GRANTS, Permission.APPS_DEVELOP)
LIST, FEATURE_CODE, ORGANIZATION = grants.LIST, grants.FEATURE_CODE, grants.ORGANIZATION
GRANTED_BY, REVOKED_BY = grants.GRANTED_BY, grants.REVOKED_BY
PROMOTIONS, PROMOTED_CODE = promotions.LIST, promotions.FEATURE_CODE


async def grant_entitlement(
    db: Unit,
    *,
    organization_id: UUID,
    feature_code: str,
    reason_kind: GrantReason,
    reason: str,
    app_id: UUID | None = None,
    value: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Changed:
    feature = await grants.feature_named(db, feature_code, app_id)
    rules.require_keeper(feature.owner_organization_id, db.by)
    await grants.require_reached(db, organization_id, app_id)
    given = GivenFeature(value=value, starts_at=starts_at or db.at, ends_at=ends_at)
    overlapping = await grants.overlapping(db, organization_id, feature.id, given)
    grant = rules.grant(
        organization_id, feature, given, reason_kind, reason, overlapping=overlapping, by=db.by, at=db.at
    )
    db.add(grant)
    await bump(db, organization_id, app_id)
    return Changed(grant=grant)


async def revoke_entitlement_grant(db: Unit, *, grant_id: UUID, reason: str) -> Changed:
    grant = await grants.for_revoking(db, grant_id)
    grant.revoke(reason, by=db.by, at=db.at)
    await bump(db, grant.organization_id, grant.app_id)
    return Changed(grant=grant)


async def create_feature_promotion(
    db: Unit,
    *,
    feature_code: str,
    audience: Audience,
    ends_at: datetime,
    app_id: UUID | None = None,
    value: int | None = None,
    starts_at: datetime | None = None,
) -> Changed:
    feature = await grants.feature_named(db, feature_code, app_id)
    given = GivenFeature(value=value, starts_at=starts_at or db.at, ends_at=ends_at)
    known = await promotions.known_among(db, audience.organization_ids)
    promotion = promotion_rules.create(feature, audience, given, known=known, by=db.by, at=db.at)
    db.add(promotion)
    await bump(db, None, app_id)
    return Changed(promotion=promotion)


async def end_feature_promotion(db: Unit, *, promotion_id: UUID) -> Changed:
    promotion = await promotions.for_ending(db, promotion_id)
    promotion.end(by=db.by, at=db.at)
    await bump(db, None, promotion.app_id)
    return Changed(promotion=promotion)
