"""Sessions: opening one, ending some, and choosing for which organization one acts."""

from typing import Any
from uuid import UUID

from domain.sessions import RevokeReason, Visit, open_session
from domain.tokens import digest, new_token
from domain.users import User
from persistence import memberships, sessions
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, ORGANIZATION = sessions.LIST, sessions.ORGANIZATION


async def prepare_visit(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds from where and when the caller asks, for verbs that deal in sessions and tokens."""
    return arguments | {"visit": context.visit()}


async def open_for(db: Unit, user: User, visit: Visit, organization_id: UUID | None = None) -> Changed:
    """Signs somebody in whose identity is certain. The token is in this answer and nowhere else."""
    token = new_token()
    chosen = await memberships.chosen(db, user.id, organization_id)
    session = open_session(user.id, chosen, digest(token), visit, by=user.themselves, at=db.at)
    db.add(session)
    return Changed(viewer=await sessions.actor_in(db, session, visit.at), session=session, token=token)


async def sign_out(db: Unit, *, everywhere: bool, visit: Visit) -> Changed:
    ended = await sessions.all_for_revoking(db) if everywhere else [await sessions.current(db)]
    for session in ended:
        session.revoke(RevokeReason.SIGNED_OUT, by=db.by, at=db.at, real=visit.at)
    return Changed(session=next(session for session in ended if session.id == db.by.session_id))


async def revoke_session(db: Unit, *, session_id: UUID, visit: Visit) -> Changed:
    session = await sessions.for_revoking(db, session_id)
    session.revoke(RevokeReason.REVOKED, by=db.by, at=db.at, real=visit.at)
    return Changed(session=session)


async def revoke_all_sessions(db: Unit, *, except_current: bool, visit: Visit) -> Changed:
    spared = {db.by.session_id} if except_current else set()
    ended = [session for session in await sessions.all_for_revoking(db) if session.id not in spared]
    for session in ended:
        session.revoke(RevokeReason.REVOKED, by=db.by, at=db.at, real=visit.at)
    return Changed(revoked_count=len(ended))


async def switch_organization(db: Unit, *, organization_id: UUID, visit: Visit) -> Changed:
    session = await sessions.current(db)
    session.active_organization_id = await memberships.chosen(db, session.user_id, organization_id)
    return Changed(viewer=await sessions.actor_in(db, session, visit.at), session=session)
