"""Queries of memberships: who sees which, changing them under their organization's lock, and the lists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, desc, exists, func, or_, select, true

from domain.actors import Actor
from domain.memberships import Membership, MembershipStatus
from domain.organizations import OrganizationStatus
from domain.permissions import Permission, Role, StaffRole
from domain.refusals import conflict, not_found
from persistence.organizations import ORGANIZATIONS, for_change
from persistence.tables.identity import memberships, organizations, sessions, users
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source

_members = memberships.c


def visible_to(viewer: Actor) -> Condition:
    """One's own, and those of the active organization."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    own = _members.user_id == viewer.user_id
    if not viewer.may(Permission.MEMBERS_READ):
        return own
    return or_(own, _members.organization_id == viewer.organization_id)


def _is_active() -> Condition:
    return _members.status == MembershipStatus.ACTIVE


MEMBERSHIPS = Source(Membership, memberships, visible_to)
USER = One(USERS, "user_id")
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
OF_PERSON = Many(MEMBERSHIPS, column="user_id", order="created_at", key="user_id", where=_is_active)
LIST = Connection(
    MEMBERSHIPS,
    orders={"CREATED_AT": _members.created_at, "ROLE": _members.role},
    default_order=(("CREATED_AT", False),),
    filters={
        "role": lambda roles: _members.role.in_(roles),
        "status": lambda values: _members.status.in_(values),
    },
    where=lambda viewer: _members.organization_id == viewer.organization_id,
)


async def for_member_change(
    db: Unit, membership_id: UUID, expected_version: int | None = None
) -> tuple[Membership, int]:
    """A membership of the active organization under its lock, and how many active owners there are."""
    organization = await for_change(db)
    mine = _members.organization_id == organization.id
    statement = select(Membership).where(_members.id == membership_id, mine).with_for_update()
    membership = await db.require(statement, "member", "membershipId")
    membership.require_version(expected_version)
    owners = select(func.count()).select_from(memberships).where(mine, _is_active(), _members.role == Role.OWNER)
    return membership, (await db.session.execute(owners)).scalar_one()


async def own_for_change(db: Unit) -> Membership | None:
    """The caller's active membership of the active organization, locked; None when they have just lost it."""
    statement = select(Membership).where(_members.id == db.by.membership_id, _is_active()).with_for_update()
    return (await db.session.scalars(statement)).one_or_none()


async def of_staff(db: Unit, platform_id: UUID, user_id: UUID) -> tuple[Membership | None, int]:
    """Somebody's active membership of the staff, locked after the platform; and how many ADMINs there are."""
    of_platform = and_(_members.organization_id == platform_id, _is_active())
    statement = select(Membership).where(of_platform, _members.user_id == user_id).with_for_update()
    membership = (await db.session.scalars(statement)).one_or_none()
    admins = select(func.count()).select_from(memberships).where(of_platform, _members.staff_role == StaffRole.ADMIN)
    return membership, (await db.session.execute(admins)).scalar_one()


async def is_staff(db: Unit, user_id: UUID) -> bool:
    of_staff = exists().where(_members.user_id == user_id, _members.staff_role.is_not(None), _is_active())
    return bool((await db.session.execute(select(of_staff))).scalar_one())


async def all_for_ending(db: Unit, user_id: UUID) -> Sequence[Membership]:
    """Somebody's active memberships of organizations that are not closed, locked in one order."""
    open_ = exists().where(
        organizations.c.id == _members.organization_id, organizations.c.status != OrganizationStatus.CLOSED
    )
    statement = select(Membership).where(_members.user_id == user_id, _is_active(), open_).order_by(_members.id)
    return (await db.session.scalars(statement.with_for_update())).all()


async def is_only_owner(db: Unit, organization_id: UUID) -> bool:
    """Whether it has one active owner; its lock is held."""
    owners = select(func.count()).select_from(memberships)
    mine = (_members.organization_id == organization_id, _is_active(), _members.role == Role.OWNER)
    return bool((await db.session.execute(owners.where(*mine))).scalar_one() <= 1)


async def refuse_members(db: Unit, organization_id: UUID, email: str) -> None:
    """Refuses CONFLICT when the owner of the address belongs to the organization already."""
    same_person = and_(_members.user_id == users.c.id, users.c.email == email)
    member = exists().where(_members.organization_id == organization_id, _is_active(), same_person)
    if (await db.session.execute(select(member))).scalar_one():
        raise conflict("This person is a member already.", "email")


async def chosen(db: Unit, user_id: UUID, organization_id: UUID | None) -> UUID | None:
    """The organization to act for: the given one, else the one last acted for, else the one joined first.

    Refuses NOT_FOUND for a given one that the person does not belong to.
    """
    last = (
        select(sessions.c.active_organization_id)
        .where(sessions.c.user_id == user_id)
        .order_by(sessions.c.last_seen_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(_members.organization_id).where(_members.user_id == user_id, _is_active())
    if organization_id is not None:
        statement = statement.where(_members.organization_id == organization_id)
    first = statement.order_by(desc(func.coalesce(_members.organization_id == last, False)), _members.created_at)
    found = (await db.session.scalars(first.limit(1))).one_or_none()
    if found is None and organization_id is not None:
        raise not_found("organization", "organizationId")
    return found
