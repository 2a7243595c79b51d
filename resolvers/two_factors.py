"""The second factor: setting it up, giving it up, and whether a code passes."""

import os
from typing import Any

from domain import totp
from domain.refusals import Refused
from domain.sessions import AuthLevel, Visit
from domain.two_factors import (
    CODE_LENGTH,
    TwoFactor,
    begin,
    code_wanted,
    new_codes,
    not_set_up,
    set_up_already,
    typed,
    wrong_code,
)
from integrations.vault import Vault
from persistence import sessions, two_factors, users
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.sessions import revoke_all_sessions


async def prepare_codes(context: Context, **arguments: Any) -> dict[str, Any]:
    """Adds what codes are tried with, and when."""
    return arguments | {"visit": context.visit(), "vault": context.platform.vault}


async def begin_two_factor(db: Unit, *, account_name: str | None, visit: Visit, vault: Vault) -> Changed:
    user = await users.caller(db)
    factor = await two_factors.of(db, user.id)
    if factor is not None and factor.confirmed_at is not None:
        raise set_up_already()
    secret = os.urandom(totp.SECRET_BYTES)
    sealed = vault.seal(secret, user.id.bytes)
    if factor is None:
        db.add(begin(user.id, sealed, real=visit.at))
    else:
        factor.sealed_secret, factor.created_at = sealed, visit.at
    return Changed(secret=totp.shown(secret), uri=totp.uri(secret, account_name or user.email))


async def confirm_two_factor(db: Unit, *, code: str, visit: Visit, vault: Vault) -> Changed:
    user = await users.caller(db)
    factor = await two_factors.of(db, user.id)
    if factor is None:
        raise not_set_up()
    if factor.confirmed_at is not None:
        raise set_up_already()
    if not factor.accepts(vault.open(factor.sealed_secret, user.id.bytes), typed(code), real=visit.at):
        raise wrong_code()
    factor.confirm(by=db.by, at=db.at, real=visit.at)
    session = await sessions.current(db)
    session.auth_level = AuthLevel.MFA
    codes = await _new_codes(db, factor, vault)
    return Changed(recovery_codes=codes, viewer=await sessions.actor_in(db, session, visit.at))


async def regenerate_recovery_codes(db: Unit, *, revoke_other_sessions: bool, visit: Visit, vault: Vault) -> Changed:
    factor = await _own(db)
    factor.codes_replaced(by=db.by, at=db.at, real=visit.at)
    if revoke_other_sessions:
        await revoke_all_sessions(db, except_current=True, visit=visit)
    return Changed(recovery_codes=await _new_codes(db, factor, vault))


async def disable_two_factor(db: Unit, *, revoke_other_sessions: bool, visit: Visit) -> Changed:
    factor = await _own(db)
    factor.disable(by=db.by, at=db.at)
    await two_factors.remove(db, factor)
    if revoke_other_sessions:
        await revoke_all_sessions(db, except_current=True, visit=visit)
    # What a session has shown counts no more: where a second factor is required, there has to be a new one first.
    for session in await sessions.all_for_revoking(db, factor.user_id):
        session.auth_level = AuthLevel.PASSWORD
    return Changed(viewer=await sessions.actor_in(db, await sessions.current(db), visit.at))


async def refusal_of(
    db: Unit, factor: TwoFactor | None, code: str | None, vault: Vault, visit: Visit
) -> Refused | None:
    """Why a code does not do; None where it passes, which uses it up, or where none is needed."""
    if factor is None:
        return None
    if not code:
        return code_wanted()
    return None if await _passes(db, factor, typed(code), vault, visit) else wrong_code()


async def _passes(db: Unit, factor: TwoFactor, code: str, vault: Vault, visit: Visit) -> bool:
    owner = factor.user_id.bytes
    if len(code) == CODE_LENGTH:
        return await two_factors.spend_code(db, factor.user_id, vault.fingerprints(code, owner), visit.at)
    secret = vault.open(factor.sealed_secret, owner)
    if not factor.accepts(secret, code, real=visit.at):
        return False
    if vault.is_outdated(factor.sealed_secret):
        factor.sealed_secret = vault.seal(secret, owner)
    return True


async def _own(db: Unit) -> TwoFactor:
    user = await users.caller(db)
    factor = await two_factors.confirmed(db, user.id)
    if factor is None:
        raise not_set_up()
    return factor


async def _new_codes(db: Unit, factor: TwoFactor, vault: Vault) -> list[str]:
    codes, owner = new_codes(), factor.user_id.bytes
    await two_factors.replace_codes(db, factor.user_id, [vault.fingerprints(code, owner)[0] for code in codes])
    return codes
