"""Sessions: opening one, renewing it, ending some, and choosing for which organization one acts."""

from typing import Any
from uuid import UUID

from domain.refresh_tokens import issue, no_longer_good
from domain.sessions import Opening, RevokeReason, SessionKind, Visit, open_session
from domain.tokens import digest, new_token
from domain.users import User
from persistence import memberships, refresh_tokens, sessions
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, ORGANIZATION = sessions.LIST, sessions.ORGANIZATION


async def prepare_visit(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds from where and when the caller asks, for verbs that deal in sessions and tokens."""
    return arguments | {"visit": context.visit()}


async def open_for(db: Unit, user: User, visit: Visit, opening: Opening) -> Changed:
    """Signs somebody in whose identity is certain. The tokens are in this answer and nowhere else."""
    token, refresh_token = new_token(), new_token() if opening.kind is SessionKind.APP else None
    chosen = await memberships.chosen(db, user.id, opening.organization_id)
    session = open_session(user.id, chosen, digest(token), visit, opening, by=user.themselves, at=db.at)
    db.add(session)
    await db.flush()
    if refresh_token is not None:
        db.add(issue(session.id, digest(refresh_token), real=visit.at))
    viewer = await sessions.actor_in(db, session, visit.at)
    kept = token if opening.kind is SessionKind.BROWSER else None
    return Changed(
        viewer=viewer, session=session, token=token, refresh_token=refresh_token, challenge=None, browser_token=kept
    )


async def refresh_session(db: Unit, *, refresh_token: str, visit: Visit) -> Changed:
    found = await refresh_tokens.for_renewal(db, digest(refresh_token))
    if found is None:
        raise no_longer_good()
    used, session = found
    if used.is_used:
        session.reuse_detected(by=db.by, at=db.at, real=visit.at)
        return Changed(refusal=no_longer_good())
    user = await db.session.get_one(User, session.user_id)
    if session.revoked_at is not None or used.expires_at <= visit.at or not user.may_sign_in:
        raise no_longer_good()
    token, following = new_token(), new_token()
    used.used_at = visit.at
    session.renew(digest(token), real=visit.at)
    db.add(issue(session.id, digest(following), real=visit.at))
    viewer = await sessions.actor_in(db, session, visit.at)
    return Changed(viewer=viewer, session=session, token=token, refresh_token=following)


async def sign_out(db: Unit, *, everywhere: bool, visit: Visit) -> Changed:
    ended = await sessions.all_for_revoking(db, db.by.user_id) if everywhere else [await sessions.current(db)]
    for session in ended:
        session.revoke(RevokeReason.SIGNED_OUT, by=db.by, at=db.at, real=visit.at)
    return Changed(session=next(session for session in ended if session.id == db.by.session_id), browser_token="")


async def revoke_session(db: Unit, *, session_id: UUID, visit: Visit) -> Changed:
    session = await sessions.for_revoking(db, session_id)
    session.revoke(RevokeReason.REVOKED, by=db.by, at=db.at, real=visit.at)
    return Changed(session=session)


async def revoke_all_sessions(db: Unit, *, except_current: bool, visit: Visit) -> Changed:
    spared = {db.by.session_id} if except_current else set()
    ended = [session for session in await sessions.all_for_revoking(db, db.by.user_id) if session.id not in spared]
    for session in ended:
        session.revoke(RevokeReason.REVOKED, by=db.by, at=db.at, real=visit.at)
    return Changed(revoked_count=len(ended))


async def switch_organization(db: Unit, *, organization_id: UUID, visit: Visit) -> Changed:
    session = await sessions.current(db)
    session.active_organization_id = await memberships.chosen(db, session.user_id, organization_id)
    return Changed(viewer=await sessions.actor_in(db, session, visit.at), session=session)
