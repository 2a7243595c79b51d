"""Moving an account to another address, once somebody has answered from there."""

from domain.checks import Checks
from domain.emails import check_email, normal
from domain.one_time_tokens import TokenPurpose, ask_for
from domain.refusals import invalid
from domain.sessions import Visit
from domain.tokens import digest
from persistence import one_time_tokens, users
from persistence.unit import Unit
from resolvers.mutations import Changed


async def change_email(db: Unit, *, new_email: str, visit: Visit) -> Changed:
    """The answer does not tell whether somebody has the address: confirming it does, to whoever reads there."""
    address, checks = normal(new_email), Checks()
    check_email(checks, "newEmail", address)
    checks.refuse()
    user = await users.caller(db)
    if address == user.email:
        raise invalid("This is your address already.", "newEmail")
    purpose = TokenPurpose.CHANGE_EMAIL
    earlier = await one_time_tokens.asked_for(db, user.id, purpose, visit.at)
    db.add(ask_for(purpose, user.id, earlier, by=db.by, at=db.at, real=visit.at, email=address))
    return Changed(accepted=True)


async def confirm_email(db: Unit, *, token: str, visit: Visit) -> Changed:
    spent = await one_time_tokens.spend(db, TokenPurpose.CHANGE_EMAIL, digest(token), visit.at)
    if spent is None or spent.email is None:
        raise _no_longer_good()
    taken = await users.for_sign_up(db, spent.email)
    user = await users.for_themselves(db, spent.user_id)
    if taken is not None or not user.may_sign_in:
        raise _no_longer_good()
    user.change_email(spent.email, at=db.at)
    return Changed(accepted=True)


def _no_longer_good() -> Exception:
    """The same words, also where the address belongs to another account by now."""
    return invalid("This token is unknown or no longer good. Ask for another with changeEmail.", "token")
