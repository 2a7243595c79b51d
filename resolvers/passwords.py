"""Passwords: setting another one, with a mailed token or with the old one; and what ends by that."""

from typing import Any
from uuid import UUID

from domain.account_requests import ask_for_reset
from domain.checks import Checks
from domain.emails import normal
from domain.one_time_tokens import TokenPurpose
from domain.passwords import check_password, normalised
from domain.refusals import invalid
from domain.sessions import RevokeReason, Visit
from domain.tokens import digest
from domain.users import User
from persistence import account_requests, one_time_tokens, sessions, sign_in_challenges, users
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed


async def prepare_request(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds whence it comes. A sandbox, where one machine plays many people, does not count places."""
    return arguments | {"visit": context.visit(), "counts_places": not context.platform.is_sandbox}


async def prepare_password(context: Context, *, new_password: str, **arguments: Any) -> dict[str, Any]:
    """Checks and hashes the password before anything else is looked at."""
    password, checks = normalised(new_password), Checks()
    check_password(checks, "newPassword", password)
    checks.refuse()
    password_hash = await context.platform.passwords.hashed(password)
    return arguments | {"password_hash": password_hash, "visit": context.visit()}


async def request_password_reset(db: Unit, *, email: str, visit: Visit, counts_places: bool) -> Changed:
    address = normal(email)
    user = await users.with_email(db.session, address)
    request = ask_for_reset(address, user.id if user else None, visit, by=db.by, at=db.at)
    await account_requests.admit(db, request, counts_places=counts_places)
    return Changed(accepted=True)


async def reset_password(db: Unit, *, token: str, password_hash: str, visit: Visit) -> Changed:
    spent = await one_time_tokens.spend(db, TokenPurpose.RESET_PASSWORD, digest(token), visit.at)
    user = None if spent is None else await users.for_themselves(db, spent.user_id)
    if user is None or not user.may_sign_in:
        raise invalid("This token is unknown or no longer good. Ask for another with requestPasswordReset.", "token")
    await _set_password(db, user, password_hash, visit, spared=None)
    return Changed(accepted=True)


async def change_password(db: Unit, *, password_hash: str, visit: Visit) -> Changed:
    user = await users.caller(db)
    ended = await _set_password(db, user, password_hash, visit, spared=db.by.session_id)
    return Changed(revoked_count=ended)


async def _set_password(db: Unit, user: User, password_hash: str, visit: Visit, *, spared: UUID | None) -> int:
    """The one place where a password is replaced. Whatever the old one opened, or was mailed for it, is over."""
    by = user.themselves
    user.set_password(password_hash, by=by, at=db.at)
    await one_time_tokens.void_all(db, user.id, visit.at)
    await sign_in_challenges.void(db, user.id, visit.at)
    ended = [session for session in await sessions.all_for_revoking(db, user.id) if session.id != spared]
    for session in ended:
        session.revoke(RevokeReason.PASSWORD_CHANGED, by=by, at=db.at, real=visit.at)
    return len(ended)
