"""Signing up, and showing that an address is one's own."""

from typing import Any

from domain.account_requests import ask_to_sign_up
from domain.emails import normal
from domain.one_time_tokens import TokenPurpose, ask_for
from domain.passwords import normalised
from domain.refusals import invalid, wrong_state
from domain.sessions import Opening, Visit
from domain.sign_ups import SignUp, open_account
from domain.tokens import digest
from domain.users import UserStatus
from persistence import account_requests, one_time_tokens, users
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.passwords import prepare_request
from resolvers.sessions import open_for


async def prepare_sign_up(context: Context, *, email: str, password: str, **fields: Any) -> dict[str, Any]:
    """Everything is checked before the password is hashed, and it is hashed whether or not the address is known."""
    who = SignUp(email=normal(email), **fields)
    password = normalised(password)
    who.check(password)
    password_hash = await context.platform.passwords.hashed(password)
    return await prepare_request(context, who=who, password_hash=password_hash)


async def sign_up(db: Unit, *, who: SignUp, password_hash: str, visit: Visit, counts_places: bool) -> Changed:
    await account_requests.admit(db, ask_to_sign_up(who.email, visit), counts_places=counts_places)
    known = await users.for_sign_up(db, who.email)
    if known is not None:
        known.hear_of_sign_up(by=db.by, at=db.at, real=visit.at)
        return Changed(accepted=True)
    account = open_account(who, password_hash, at=db.at, real=visit.at)
    db.add(account.user, account.organization)
    await db.flush()
    db.add(account.membership, account.token)
    return Changed(accepted=True)


async def verify_email(db: Unit, *, token: str, visit: Visit) -> Changed:
    spent = await one_time_tokens.spend(db, TokenPurpose.VERIFY_EMAIL, digest(token), visit.at)
    user = None if spent is None else await users.for_themselves(db, spent.user_id)
    if user is None or user.status is not UserStatus.PENDING_VERIFICATION:
        raise invalid("This token is unknown or no longer good. Ask for another with resendVerification.", "token")
    user.verify_email(by=user.themselves, at=db.at)
    return await open_for(db, user, visit, Opening(is_authenticated=False))


async def resend_verification(db: Unit, *, email: str | None, visit: Visit) -> Changed:
    user = await users.caller(db)
    if email is not None and normal(email) != user.email:
        raise invalid("This is not the address you signed up with.", "email")
    if user.status is not UserStatus.PENDING_VERIFICATION:
        raise wrong_state("Your address is verified already.", from_state=user.status.name)
    purpose = TokenPurpose.VERIFY_EMAIL
    earlier = await one_time_tokens.asked_for(db, user.id, purpose, visit.at)
    db.add(ask_for(purpose, user.id, earlier, by=db.by, at=db.at, real=visit.at))
    return Changed(accepted=True)
