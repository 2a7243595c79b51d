"""Signing keys: rotated by staff before their time; the worker rotates them in their time."""

from domain.signing_keys import replace_all, rotate
from integrations.signing import new_pair
from persistence import signing_keys
from persistence.unit import Unit
from resolvers.cross_app_sessions import Desk
from resolvers.mutations import Changed


async def rotate_signing_key(db: Unit, *, is_compromised: bool, desk: Desk) -> Changed:
    keys, pair, real = await signing_keys.for_rotation(db), new_pair(desk.vault), desk.visit.at
    if is_compromised:
        await signing_keys.withdraw_all(db)
        key = replace_all(pair, real=real)
    else:
        key = rotate(keys, pair, real=real)
    db.add(key)
    return Changed(signing_key=key)
