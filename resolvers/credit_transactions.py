"""Movements of credits that people, keys and apps ask for: spends, holds, and what is given back of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import credit_holds, credit_movements
from domain.actors import ActorKind
from domain.app_permissions import AppPermission
from domain.credit_accounts import CreditAccount
from domain.credit_movements import Movement
from domain.credit_transactions import USUAL_HOLD, Note, described, noted
from domain.permissions import Permission
from domain.refusals import forbidden, invalid
from persistence import app_credit_budgets, credit_accounts, credit_lots, credit_tariffs, credit_transactions
from persistence import credit_movements as stored
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.app_reach import organization_of
from resolvers.mutations import Changed

READERS = credit_accounts.READERS
LIST, LOTS = credit_transactions.LIST, credit_lots.LIST
ACCOUNT, ORGANIZATION = credit_transactions.ACCOUNT, credit_transactions.ORGANIZATION
APP, USER, API_KEY = credit_transactions.APP, credit_transactions.USER, credit_transactions.API_KEY
REVERSES, UNDONE_BY = credit_transactions.REVERSES, credit_transactions.UNDONE_BY
TRANSFER, CONSUMPTIONS = credit_transactions.TRANSFER, credit_transactions.CONSUMPTIONS
TRANSACTION, LOT = credit_transactions.TRANSACTION, credit_transactions.LOT


async def spend_credits(
    db: Unit,
    *,
    organization_id: UUID | None = None,
    quantity: int | None = None,
    action_code: str | None = None,
    **said: Any,
) -> Changed:
    account, wanted, note = await _for_use(db, organization_id, quantity, action_code, said)
    movement = credit_movements.spend(account, wanted, note, by=db.by, at=db.at)
    await stored.write(db, movement)
    return _moved(account, movement)


async def hold_credits(
    db: Unit,
    *,
    organization_id: UUID | None = None,
    quantity: int | None = None,
    action_code: str | None = None,
    expires_in: int | None = None,
    **said: Any,
) -> Changed:
    account, wanted, note = await _for_use(db, organization_id, quantity, action_code, said)
    lasts = USUAL_HOLD if expires_in is None else timedelta(seconds=expires_in)
    movement = credit_holds.hold(account, wanted, note, lasts=lasts, by=db.by, at=db.at)
    await stored.write(db, movement)
    return _moved(account, movement)


async def capture_credits(db: Unit, *, transaction_id: UUID, quantity: int | None = None) -> Changed:
    account, hold = await credit_transactions.for_change(db, transaction_id)
    reserved, _ = await stored.touched_by(db, hold)
    wanted = hold.quantity if quantity is None else quantity
    movement = credit_holds.capture(account, hold, reserved, wanted, by=db.by, at=db.at)
    await stored.write(db, movement, credit_movements.expire(account, by=db.by, at=db.at))
    return _moved(account, movement)


async def release_credits(db: Unit, *, transaction_id: UUID) -> Changed:
    account, hold = await credit_transactions.for_change(db, transaction_id)
    reserved, _ = await stored.touched_by(db, hold)
    movement = credit_holds.release(account, hold, reserved, by=db.by, at=db.at)
    await stored.write(db, movement, credit_movements.expire(account, by=db.by, at=db.at))
    return _moved(account, movement)


async def refund_credit_spend(db: Unit, *, transaction_id: UUID, quantity: int | None = None, reason: str) -> Changed:
    note = Note(description=described("reason", reason, required=True))
    account, spend = await credit_transactions.for_change(db, transaction_id)
    if db.by.kind is not ActorKind.APP:
        db.by.require(Permission.STAFF_CREDITS)
        await require_neutral(db, [account.organization_id])
    elif spend.app_id != db.by.app_id:
        raise forbidden("An app gives back what it has spent itself.", "transactionId")
    left = spend.moved - await stored.given_back(db, spend.id)
    wanted = left if quantity is None else quantity
    movement = await stored.give_back(db, account, spend, wanted, note=note)
    return _moved(account, movement)


async def _for_use(
    db: Unit, organization_id: UUID | None, quantity: int | None, action_code: str | None, said: Mapping[str, Any]
) -> tuple[CreditAccount, int, Note]:
    """Whose credits, how many, and what for; refuses what an app's budget does not allow."""
    owner = await organization_of(db, organization_id, AppPermission.CREDITS_CONSUME)
    note = noted(**said, app_id=db.by.app_id)
    wanted = await _quantity(db, quantity, action_code)
    if db.by.app_id is not None:
        await app_credit_budgets.admit(db, owner, db.by.app_id, wanted)
    return await credit_accounts.locked(db, owner), wanted, note


async def _quantity(db: Unit, quantity: int | None, action_code: str | None) -> int:
    """As said, or the price of an action of Milepost's own."""
    if (quantity is None) == (action_code is None):
        raise invalid("Give either quantity or actionCode.", "quantity")
    wanted = await credit_tariffs.price_of(db, action_code) if action_code is not None else quantity
    credit_movements.require_quantity(wanted or 0)
    return wanted or 0


def _moved(account: CreditAccount, movement: Movement) -> Changed:
    """What all of them return: the movement, and what is left."""
    return Changed(transaction=movement.transaction, balance=account.available)
