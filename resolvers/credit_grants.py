"""Credits that staff give, and movements that they undo."""

from datetime import datetime
from uuid import UUID

from domain.checks import Checks
from domain.credit_accounts import CreditAccount
from domain.credit_lots import LotSource
from domain.credit_movements import require_quantity
from domain.credit_transactions import Note, described
from domain.ids import new_id
from persistence import credit_accounts, credit_transactions
from persistence import credit_movements as stored
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.mutations import Changed

MOST = 1_000_000
"""The most credits that are granted at once: far more than any goodwill, so that a slip of the pen is caught."""


async def grant_credits(
    db: Unit, *, account_id: UUID, quantity: int, reason: str, expires_at: datetime | None = None
) -> Changed:
    checks = Checks()
    is_ahead = expires_at is None or expires_at > db.at
    checks.require(is_ahead, "Give an instant in the future, or none for credits that never expire.", "expiresAt")
    checks.refuse()
    require_quantity(quantity, most=MOST)
    note = Note(description=described("reason", reason, required=True))
    account = await _of_others(db, account_id)
    account.check("grantCredits", by=db.by)
    movement = await stored.issue(
        db,
        account,
        source=LotSource.GRANT,
        source_id=new_id(),
        quantity=quantity,
        expires_at=expires_at,
        note=note,
    )
    if movement is None:
        raise AssertionError("a grant has a source of its own")
    return Changed(transaction=movement.transaction, lot=movement.new_lots[0], account=account)


async def reverse_credit_transaction(db: Unit, *, transaction_id: UUID, reason: str) -> Changed:
    note = Note(description=described("reason", reason, required=True))
    account, original = await credit_transactions.for_change(db, transaction_id)
    await require_neutral(db, [account.organization_id])
    movement = await stored.reverse(db, account, original, note=note)
    return Changed(transaction=movement.transaction, account=account)


async def _of_others(db: Unit, account_id: UUID) -> CreditAccount:
    """An account that is not the caller's own in any way."""
    account = await credit_accounts.named(db, account_id)
    await require_neutral(db, [account.organization_id])
    return account
