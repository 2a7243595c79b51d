"""Queries of release policies: who sees them, which one counts, and the locks of those who write them."""

from uuid import UUID

from sqlalchemy import false, or_, select, true

from domain.actors import Actor
from domain.money import Money
from domain.permissions import Permission
from domain.release_policies import ReleasePolicy, ReleasePolicyStatus
from persistence.organizations import ORGANIZATIONS
from persistence.tables.escrow import release_policies
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """Those of the platform and their own, for whoever may read money; staff for money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if not viewer.may(Permission.MONEY_READ):
        return false()
    owner = release_policies.c.organization_id
    return or_(owner.is_(None), owner == viewer.organization_id)


RELEASE_POLICIES = Source(ReleasePolicy, release_policies, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
LIST = Connection(
    RELEASE_POLICIES,
    orders={"POSITION": release_policies.c.position, "CREATED_AT": release_policies.c.created_at},
    default_order=(("POSITION", False),),
    filters={
        "status": lambda values: release_policies.c.status.in_(values),
        "organization_id": lambda id_: release_policies.c.organization_id == id_,
        "is_platform": lambda wanted: release_policies.c.organization_id.is_(None) == wanted,
    },
)


async def first_for(db: Unit, client_id: UUID, amount: Money) -> ReleasePolicy | None:
    """The one that counts for a release: the client's own before the platform's, then by position."""
    policy = release_policies.c
    statement = select(ReleasePolicy).where(
        policy.status == ReleasePolicyStatus.ACTIVE,
        or_(policy.organization_id.is_(None), policy.organization_id == client_id),
        or_(policy.currency.is_(None), policy.currency == amount.currency),
        or_(policy.min_minor.is_(None), policy.min_minor <= amount.amount_minor),
    )
    in_order = statement.order_by(policy.organization_id.is_(None), policy.position, policy.id)
    return await db.session.scalar(in_order.limit(1))


async def for_change(db: Unit, policy_id: UUID, expected_version: int | None) -> ReleasePolicy:
    statement = select(ReleasePolicy).where(release_policies.c.id == policy_id, visible_to(db.by))
    policy = await db.require(statement.with_for_update(), "release policy", "policyId")
    policy.require_version(expected_version)
    return policy
