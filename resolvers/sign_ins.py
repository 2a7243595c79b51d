"""Signing in: the password is compared before the transaction, the outcome decided inside one."""

from typing import Any
from uuid import UUID

from domain.actors import ANONYMOUS
from domain.emails import normal
from domain.passwords import normalised
from domain.refusals import Refused
from domain.sign_ins import Attempt, SignInOutcome, wrong_credentials
from domain.users import User
from persistence import sign_ins, users
from persistence.unit import Unit, transact
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.sessions import open_for


async def prepare_sign_in(
    context: Context, *, email: str, password: str, organization_id: UUID | None
) -> dict[str, Any]:
    """Compares the password. A refused attempt is written down here, because a refused mutation keeps nothing."""
    passwords, visit, password = context.platform.passwords, context.visit(), normalised(password)
    async with context.platform.database.reader() as session:
        user = await users.with_email(session, normal(email))
        attempt = Attempt(normal(email), visit, user.id if user else None)
        refusal = await sign_ins.limited(session, attempt)
    if refusal is not None:
        raise await _refused(context, attempt, SignInOutcome.LIMITED)
    is_right = await passwords.matches(user.password_hash if user else None, password)
    if user is None or not is_right or not user.may_sign_in:
        raise await _refused(context, attempt, SignInOutcome.FAILED)
    outdated = passwords.is_outdated(user.password_hash)
    return {
        "attempt": attempt,
        "compared": user.password_hash,
        "renewed": await passwords.hashed(password) if outdated else None,
        "organization_id": organization_id,
    }


async def sign_in(
    db: Unit, *, attempt: Attempt, compared: str, renewed: str | None, organization_id: UUID | None
) -> Changed:
    refusal = await sign_ins.decide(db, attempt, SignInOutcome.SUCCEEDED)
    if refusal is not None:
        raise refusal
    user = await _still_the_same(db, attempt, compared)
    if renewed is not None:
        user.password_hash = renewed
    return await open_for(db, user, attempt.visit, organization_id)


async def _still_the_same(db: Unit, attempt: Attempt, compared: str) -> User:
    """The user whose password was compared, unless they were stopped or changed it in the meantime."""
    if attempt.user_id is None:
        raise AssertionError("nobody signs in without being somebody")
    user = await users.for_themselves(db, attempt.user_id)
    if user.password_hash != compared or not user.may_sign_in:
        raise wrong_credentials()
    return user


async def _refused(context: Context, attempt: Attempt, outcome: SignInOutcome) -> Refused:
    async def work(db: Unit) -> Refused | None:
        return await sign_ins.decide(db, attempt, outcome)

    platform = context.platform
    refusal = await transact(platform.database, work, by=ANONYMOUS, at=platform.now(), request_id=context.request_id)
    return refusal or wrong_credentials()
