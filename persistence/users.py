"""Queries of users."""

from sqlalchemy import and_, exists, or_, true

from domain.actors import Actor
from domain.permissions import Permission
from domain.users import User
from persistence.tables.identity import memberships, users
from planner.edges import Condition, Source


def visible_to(viewer: Actor) -> Condition:
    """Oneself and the members, past and present, of the active organization."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    member = exists().where(
        and_(memberships.c.user_id == users.c.id, memberships.c.organization_id == viewer.organization_id)
    )
    return or_(users.c.id == viewer.user_id, member)


USERS = Source(User, users, visible_to)
