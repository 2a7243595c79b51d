"""Queries of grants: who sees them, which overlap, and whom a feature may be given."""

from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, false, func, or_, select, true

from domain.actors import Actor
from domain.catalogue import archived
from domain.entitlement_grants import EntitlementGrant, GivenFeature
from domain.features import Feature
from domain.permissions import Permission
from domain.refusals import not_found
from persistence.catalogue import FEATURES
from persistence.organizations import ORGANIZATIONS
from persistence.tables.apps import app_installations
from persistence.tables.catalogue import features
from persistence.tables.entitlements import entitlement_grants
from persistence.tables.identity import organizations
from persistence.turns import take_turn
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Derived, One, Source

_grants = entitlement_grants.c


def visible_to(viewer: Actor) -> Condition:
    """Staff see all of them, an app's developers those of its features. Whoever has one sees it among the sources."""
    if viewer.may(Permission.STAFF_READ) or viewer.may(Permission.STAFF_GRANTS):
        return true()
    if viewer.may(Permission.APPS_DEVELOP):
        return _grants.owner_organization_id == viewer.organization_id
    return false()


def code_of_feature(table: Table) -> ColumnElement[str]:
    """The code of the feature that a row is about."""
    return select(features.c.code).where(features.c.id == table.c.feature_id).scalar_subquery()


GRANTS = Source(EntitlementGrant, entitlement_grants, visible_to)
FEATURE_CODE = Derived(entitlement_grants, code_of_feature)
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
GRANTED_BY, REVOKED_BY = One(USERS, "granted_by"), One(USERS, "revoked_by")

LIST = Connection(
    GRANTS,
    orders={"CREATED_AT": _grants.created_at, "STARTS_AT": _grants.starts_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "organization_id": lambda id_: _grants.organization_id == id_,
        "app_id": lambda id_: _grants.app_id == id_,
        "feature_id": lambda id_: _grants.feature_id == id_,
        "reason_kind": lambda kinds: _grants.reason_kind.in_(kinds),
        "is_revoked": lambda is_revoked: _grants.revoked_at.is_not(None) == is_revoked,
        "starts_from": lambda instant: _grants.starts_at >= instant,
        "starts_before": lambda instant: _grants.starts_at < instant,
    },
)


async def feature_named(db: Unit, code: str, app_id: UUID | None) -> Feature:
    """The feature that shall be given: NOT_FOUND where the caller sees none, WRONG_STATE for an archived one."""
    same = (features.c.code == code, features.c.app_id.is_not_distinct_from(app_id))
    feature = await db.require(select(Feature).where(*same, FEATURES.visible_to(db.by)), "feature", "featureCode")
    if not feature.is_active:
        raise archived("feature")
    return feature


async def require_reached(db: Unit, organization_id: UUID, app_id: UUID | None) -> None:
    """NOT_FOUND for an organization that is not there or, to an app's developers, has never installed the app."""
    found = exists().where(organizations.c.id == organization_id)
    if not db.by.may(Permission.STAFF_GRANTS):
        installed = exists().where(
            app_installations.c.app_id == app_id, app_installations.c.organization_id == organization_id
        )
        found = found.where(or_(organizations.c.id == db.by.organization_id, installed))
    if not (await db.session.execute(select(found))).scalar_one():
        raise not_found("organization", "organizationId")


async def overlapping(db: Unit, organization_id: UUID, feature_id: UUID, given: GivenFeature) -> list[EntitlementGrant]:
    """The unrevoked grants of a feature at any of that time; others of the same kind wait until this one is written."""
    await take_turn(db, "entitlement grant", organization_id.hex, feature_id.hex)
    if given.ends_at is not None and given.ends_at <= given.starts_at:
        return []
    at_the_time = func.tstzrange(_grants.starts_at, _grants.ends_at).op("&&")(
        func.tstzrange(given.starts_at, given.ends_at)
    )
    same = (_grants.organization_id == organization_id, _grants.feature_id == feature_id)
    found = select(EntitlementGrant).where(*same, _grants.revoked_at.is_(None), at_the_time)
    return list(await db.session.scalars(found))


async def for_revoking(db: Unit, grant_id: UUID) -> EntitlementGrant:
    """A visible grant, locked until the transaction ends."""
    found = select(EntitlementGrant).where(_grants.id == grant_id, visible_to(db.by)).with_for_update()
    return await db.require(found, "grant", "grantId")
