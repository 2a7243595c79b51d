"""Taking paid credits back with their money: what is unused first, and a debt for what is spent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount, CreditAccountStatus
from domain.credit_clawbacks import Clawback, debt_of, divided, due_so_far, money_back
from domain.credit_lots import CreditLot, LotSource
from domain.credit_movements import Movement, insufficient
from domain.credit_movements import take as taken
from domain.credit_purchases import CreditPurchase
from domain.credit_transactions import CreditTransactionType, Note
from domain.ledger import AccountCode, PostingKind
from domain.postings.credit_shortfalls import shortfall_owed
from domain.postings.credits import revenue_earned
from domain.postings.kit import own
from domain.sales import Sale
from persistence import ledger
from persistence.credit_movements import write
from persistence.tables.credit_sales import credit_purchases
from persistence.tables.credits import credit_accounts
from persistence.unit import Unit

SHORTFALL = "Credits that were taken back had been spent: what they cost is owed."
_CLAWBACK = CreditTransactionType.CLAWBACK


@dataclass(slots=True)
class Taken:
    """Credits that are taken from a locked account, still to be written: `write_down` posts, and that comes last."""

    credits: Clawback
    owed_minor: int
    undelivered_minor: int = 0
    """How much of the sale's net that goes back was not earned yet."""
    movements: list[Movement] = field(default_factory=list)


def take_back(
    db: Unit,
    account: CreditAccount,
    purchase: CreditPurchase,
    sale: Sale,
    gross_minor: int,
    *,
    from_others: bool,
    with_debt: bool,
) -> Taken:
    """Takes the credits that go with so much of the money, which is about to go back or has.

    Refuses INSUFFICIENT_CREDITS where credits are missing and nobody said that they are owed.
    """
    gone = sale.total_minor - sale.left_minor + gross_minor
    due = due_so_far(purchase.quantity, refunded_minor=gone, paid_minor=sale.total_minor) - purchase.clawed_back
    own_lots = [lot for lot in account.lots if lot.source is LotSource.PURCHASE and lot.source_id == purchase.id]
    others = [lot for lot in account.lots if lot.source is LotSource.PURCHASE and lot.source_id != purchase.id]
    parts = divided(due, own=_remaining(own_lots), others=_remaining(others) if from_others else 0)
    if parts.missing and not with_debt:
        raise insufficient(due, parts.own, "amount")
    owed = debt_of(sale.net_minor, purchase.quantity, missing_before=purchase.missing, missing=parts.missing)
    back = Taken(parts, owed)
    note = Note(reference_kind="credit_purchase", reference_id=str(purchase.id))
    if parts.own:
        movement = taken(account, parts.own, _CLAWBACK, note, lots=own_lots, earns=False, by=db.by, at=db.at)
        money = money_back(gross_minor - sale.tax_of(gross_minor), freed_minor=movement.costs.total())
        earned = revenue_earned(movement.transaction.id, {sale.currency: money.earned_minor}, by=db.by, at=db.at)
        movement.transfers += [] if earned is None else [earned]
        back.undelivered_minor = money.undelivered_minor
        back.movements.append(movement)
    if parts.others:
        back.movements.append(taken(account, parts.others, _CLAWBACK, note, lots=others, by=db.by, at=db.at))
    return back


async def write_down(db: Unit, account: CreditAccount, sale: Sale, back: Taken) -> None:
    """Stores what was taken. What is owed (P22) keeps everything in the account until it is settled."""
    if back.movements:
        await write(db, *back.movements)
    if back.owed_minor:
        account.has_shortfall = True
        if account.status is CreditAccountStatus.ACTIVE:
            account.freeze(SHORTFALL, by=SYSTEM, at=db.at)
        ordinal = await ledger.next_ordinal(db, PostingKind.P22, sale.id)
        await ledger.post(db, shortfall_owed(sale, back.owed_minor, ordinal, by=db.by, at=db.at))


async def settle_shortfall(db: Unit, organization_id: UUID) -> None:
    """Forgets the shortfall of an account once nothing is owed any more in any currency that it was short in."""
    short_one = (credit_accounts.c.organization_id == organization_id, credit_accounts.c.has_shortfall)
    account = await db.session.scalar(select(CreditAccount).where(*short_one).with_for_update(key_share=True))
    if account is None:
        return
    short = (credit_purchases.c.account_id == account.id, credit_purchases.c.missing > 0)
    currencies = await db.session.scalars(select(credit_purchases.c.currency).where(*short).distinct())
    debts = [own(AccountCode.ORG_DEBT, organization_id, currency) for currency in currencies]
    if not any((await ledger.balances_of(db, *debts)).values()):
        account.has_shortfall = False


def _remaining(lots: Sequence[CreditLot]) -> int:
    return sum(lot.remaining for lot in lots)
