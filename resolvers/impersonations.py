"""Acting as somebody else, by staff: beginning it and ending it."""

from uuid import UUID

from domain.impersonations import ImpersonationMode, Wish, start
from domain.refusals import forbidden, wrong_state
from domain.sessions import RevokeReason, Visit
from domain.tokens import digest, new_token
from domain.users import UserStatus
from persistence import impersonations, memberships, users
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = impersonations.LIST
STAFF_USER, TARGET_USER = impersonations.STAFF_USER, impersonations.TARGET_USER


async def start_impersonation(
    db: Unit,
    *,
    user_id: UUID,
    organization_id: UUID | None,
    mode: ImpersonationMode,
    reason: str,
    ticket: str | None,
    minutes: int,
    visit: Visit,
) -> Changed:
    wish = Wish(mode=mode, reason=reason, ticket=ticket, minutes=minutes)
    wish.check(db.by)
    user = await users.for_moderation(db, user_id)
    if await memberships.is_staff(db, user.id):
        raise forbidden("Nobody acts as a member of the staff.", "userId")
    if user.status is not UserStatus.ACTIVE:
        allowed = [UserStatus.ACTIVE.name]
        raise wrong_state("Only active people are acted as.", from_state=user.status.name, allowed=allowed)
    chosen, token = await memberships.chosen(db, user.id, organization_id), new_token()
    impersonation, session = start(wish, user.id, chosen, digest(token), visit, by=db.by, at=db.at)
    db.add(session)
    await db.flush()
    db.add(impersonation)
    return Changed(impersonation=impersonation, session=session, token=token)


async def end_impersonation(db: Unit, *, impersonation_id: UUID, visit: Visit) -> Changed:
    impersonation = await impersonations.for_ending(db, impersonation_id)
    if not impersonation.is_of(db.by):
        raise forbidden("Only who began it and staff:members end it.", "impersonationId")
    session = await impersonations.session_of(db, impersonation)
    session.revoke(RevokeReason.IMPERSONATION_ENDED, by=db.by, at=db.at, real=visit.at)
    impersonation.end(by=db.by, at=db.at, real=visit.at)
    return Changed(impersonation=impersonation)
