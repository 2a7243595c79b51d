"""Signing in: passwords are compared before the transaction, what follows from it is decided inside one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.emails import normal
from domain.passwords import normalised
from domain.refusals import Refused
from domain.sessions import AuthLevel, Opening, SessionKind, Visit
from domain.sign_in_challenges import Challenged, challenge, challenge_over
from domain.sign_ins import Attempt, SignInOutcome, wrong_credentials, wrong_password
from domain.tokens import digest, new_token
from domain.users import User
from integrations.vault import Vault
from persistence import memberships, sessions, sign_in_challenges, sign_ins, two_factors, users
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.sessions import open_for
from resolvers.two_factors import refusal_of

LIST = sign_ins.LIST


@dataclass(frozen=True, slots=True)
class Compared:
    """A password that was compared: with which hash, if it was right, and with which it is replaced if that is old."""

    right_for: str | None = None
    renewed: str | None = None


async def prepare_sign_in(
    context: Context, *, email: str, password: str, organization_id: UUID | None, kind: SessionKind
) -> dict[str, Any]:
    attempt, compared = await _compare(context, normal(email), normalised(password))
    opening = Opening(organization_id=organization_id, kind=kind)
    return {"attempt": attempt, "compared": compared, "opening": opening}


async def sign_in(db: Unit, *, attempt: Attempt, compared: Compared, opening: Opening) -> Changed:
    refusal = await sign_ins.limited_in_turn(db, attempt)
    if refusal is not None:
        return Changed(refusal=refusal)
    user = await _still_the_same(db, attempt, compared)
    if user is None:
        return _failed(db, attempt, wrong_credentials())
    if await two_factors.confirmed(db, user.id) is not None:
        return await _challenge(db, user, attempt, opening)
    db.add(attempt.ended(SignInOutcome.SUCCEEDED))
    return await open_for(db, user, attempt.visit, opening)


async def complete_sign_in(db: Unit, *, challenge_id: str, code: str, visit: Visit, vault: Vault) -> Changed:
    challenged = await sign_in_challenges.for_completing(db, digest(challenge_id))
    if challenged is None or challenged.is_over(visit.at):
        raise challenge_over()
    # Turns before rows: a guess waits without keeping its owner from anything.
    attempt = Attempt(await users.email_of(db, challenged.user_id), visit, challenged.user_id)
    refusal = await sign_ins.limited_in_turn(db, attempt)
    if refusal is not None:
        return Changed(refusal=refusal)
    user = await users.for_themselves(db, challenged.user_id)
    factor = await two_factors.confirmed(db, user.id)
    if factor is None or not user.may_sign_in:
        raise challenge_over()
    refusal = await refusal_of(db, factor, code, vault, visit)
    if refusal is not None:
        challenged.tries += 1
        return _failed(db, attempt, refusal)
    challenged.used_at = visit.at
    db.add(attempt.ended(SignInOutcome.SUCCEEDED))
    opening = Opening(organization_id=challenged.organization_id, kind=challenged.kind, auth_level=AuthLevel.MFA)
    return await open_for(db, user, visit, opening)


async def prepare_reauthenticate(context: Context, *, password: str, code: str | None) -> dict[str, Any]:
    attempt, compared = await _compare(context, context.viewer.email or "", normalised(password))
    return {"attempt": attempt, "compared": compared, "code": code, "vault": context.platform.vault}


async def reauthenticate(db: Unit, *, attempt: Attempt, compared: Compared, code: str | None, vault: Vault) -> Changed:
    refusal = await sign_ins.limited_in_turn(db, attempt)
    if refusal is not None:
        return Changed(refusal=refusal)
    user = await _still_the_same(db, attempt, compared)
    if user is None:
        return _failed(db, attempt, wrong_password())
    factor = await two_factors.confirmed(db, user.id)
    refusal = await refusal_of(db, factor, code, vault, attempt.visit)
    if refusal is not None:
        return _failed(db, attempt, refusal)
    session = await sessions.current(db)
    session.reauthenticate(AuthLevel.MFA if factor else AuthLevel.PASSWORD, real=attempt.visit.at)
    db.add(attempt.ended(SignInOutcome.REAUTHENTICATED))
    return Changed(viewer=await sessions.actor_in(db, session, attempt.visit.at), session=session)


async def _compare(context: Context, email: str, password: str) -> tuple[Attempt, Compared]:
    """Compares the password of whoever has the (normal) address, unless there were too many failures."""
    passwords, visit = context.platform.passwords, context.visit()
    async with context.platform.database.reader() as session:
        user = await users.with_email(session, email)
        attempt = Attempt(email, visit, user.id if user else None)
        limit = await sign_ins.limited(session, attempt)
    # What is over the limit is refused in its turn, where it is written down.
    is_right = limit is None and await passwords.matches(user.password_hash if user else None, password)
    if user is None or not is_right:
        return attempt, Compared()
    is_outdated = passwords.is_outdated(user.password_hash)
    return attempt, Compared(user.password_hash, await passwords.hashed(password) if is_outdated else None)


async def _still_the_same(db: Unit, attempt: Attempt, compared: Compared) -> User | None:
    """The user whose password was right, unless they were stopped or changed it in the meantime."""
    if attempt.user_id is None or compared.right_for is None:
        return None
    user = await users.for_themselves(db, attempt.user_id)
    if user.password_hash != compared.right_for or not user.may_sign_in:
        return None
    if compared.renewed is not None:
        user.password_hash = compared.renewed
    return user


async def _challenge(db: Unit, user: User, attempt: Attempt, opening: Opening) -> Changed:
    """The password was right, and opens nothing yet. An organization that is none of theirs is refused right here."""
    if opening.organization_id is not None:
        await memberships.chosen(db, user.id, opening.organization_id)
    secret, real = new_token(), attempt.visit.at
    made = challenge(user.id, digest(secret), opening.organization_id, opening.kind, real=real)
    db.add(made, attempt.ended(SignInOutcome.CHALLENGED))
    handed_out = Challenged(secret, made.expires_at)
    return Changed(session=None, token=None, refresh_token=None, viewer=None, challenge=handed_out)


def _failed(db: Unit, attempt: Attempt, refusal: Refused) -> Changed:
    """Refused, and counted."""
    db.add(attempt.ended(SignInOutcome.FAILED))
    return Changed(refusal=refusal)
