"""Queries of overrides: what counts for an actor at this moment, who sees them, and the lock of the verb."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, not_, or_, select, true

from domain.actors import Actor
from domain.permission_overrides import Explicit, OverrideEffect, PermissionOverride
from domain.permissions import BY_ROLE, Permission
from persistence.tables.identity import memberships
from persistence.tables.rights import permission_overrides
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Many, One, Source

_overrides = permission_overrides.c


def visible_to(viewer: Actor) -> Condition:
    """One's own, and those of the active organization, as its members are."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    own = _overrides.user_id == viewer.user_id
    if not viewer.may(Permission.MEMBERS_READ):
        return own
    return or_(own, _overrides.organization_id == viewer.organization_id)


OVERRIDES = Source(PermissionOverride, permission_overrides, visible_to)
OF_MEMBERSHIP = Many(OVERRIDES, column="membership_id", order="permission")
SET_BY = One(USERS, "set_by")


def _counts() -> Condition:
    """Overrides lapse on real time, as sessions do."""
    return or_(_overrides.expires_at.is_(None), _overrides.expires_at > func.now())


def in_force() -> ColumnElement[str | None]:
    """The overrides of the membership that a statement reads, as one text: it costs no statement of its own."""
    written = cast(_overrides.effect, Text) + " " + cast(_overrides.permission, Text)
    found = select(func.string_agg(written, ",")).where(_overrides.membership_id == memberships.c.id, _counts())
    return found.correlate(memberships).scalar_subquery()


def next_end() -> ColumnElement[datetime | None]:
    """When the first of the overrides of the membership that a statement reads ends by itself."""
    found = select(func.min(_overrides.expires_at)).where(_overrides.membership_id == memberships.c.id, _counts())
    return found.correlate(memberships).scalar_subquery()


def read(text: str | None) -> list[Explicit]:
    """What `in_force` has written."""
    pairs = [one.split(" ") for one in text.split(",")] if text else []
    return [(OverrideEffect(effect), Permission(permission)) for effect, permission in pairs]


def holds(permission: Permission) -> Condition:
    """Whether the membership that a statement reads has a permission, by override or by its role."""

    def explicitly(effect: OverrideEffect) -> Condition:
        which = (_overrides.permission == permission, _overrides.effect == effect)
        return exists().where(_overrides.membership_id == memberships.c.id, *which, _counts()).correlate(memberships)

    by_role = memberships.c.role.in_([role for role, held in BY_ROLE.items() if permission in held])
    return and_(not_(explicitly(OverrideEffect.DENY)), or_(explicitly(OverrideEffect.ALLOW), by_role))


async def for_setting(db: Unit, membership_id: UUID, permission: Permission) -> PermissionOverride | None:
    """The override of that permission that there is, locked; its membership is locked already."""
    same = (_overrides.membership_id == membership_id, _overrides.permission == permission)
    return (await db.session.scalars(select(PermissionOverride).where(*same).with_for_update())).one_or_none()
