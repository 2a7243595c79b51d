"""One's own account: what others see of it, and leaving."""

from typing import Any

from domain.emails import normal
from domain.refusals import Refused, invalid, wrong_state
from domain.sessions import RevokeReason, Visit
from persistence import memberships, organizations, seat_assignments, sessions, users
from persistence.unit import Unit
from resolvers.mutations import Changed


async def update_profile(db: Unit, *, expected_version: int | None = None, **fields: Any) -> Changed:
    user = await users.caller(db)
    user.require_version(expected_version)
    user.change_profile(fields, by=db.by, at=db.at)
    return Changed(user=user)


async def deactivate_account(db: Unit, *, email: str, visit: Visit) -> Changed:
    """Locks the organizations before the person, so that of two owners who leave at once one stays."""
    if db.by.user_id is None:
        raise AssertionError("only a person has an account")
    if normal(email) != db.by.email:
        raise invalid("This is not the address of your account.", "email")
    for organization in await organizations.owned_by(db, db.by.user_id):
        if await memberships.is_only_owner(db, organization.id):
            raise _only_owner(organization.name)
    user = await users.caller(db)
    if await memberships.is_staff(db, user.id):
        raise wrong_state("Leave the staff first: setStaffRole, by another ADMIN.", from_state="STAFF")
    user.deactivate(by=db.by, at=db.at)
    ended = await memberships.all_for_ending(db, user.id)
    for membership in ended:
        membership.end(by=db.by, at=db.at)
    for session in await sessions.all_for_revoking(db, user.id):
        session.revoke(RevokeReason.ACCOUNT_DEACTIVATED, by=db.by, at=db.at, real=visit.at)
    for membership in ended:
        await seat_assignments.release_of(db, membership.organization_id, user.id)
    return Changed(user=user)


def _only_owner(name: str) -> Refused:
    message = f"You are the only owner of {name}: pass the ownership on with transferOwnership, or close it first."
    return wrong_state(message, from_state="OWNER")
