"""What a chargeback does to the books: the money is taken, comes back, or is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from domain import write_offs
from domain.chargebacks import Chargeback
from domain.fees import fee_share
from domain.invoices import Invoice
from domain.ledger import AccountCode, PostingKind
from domain.postings.chargebacks import (
    Loss,
    money_lost,
    money_taken,
    money_taken_back,
    surplus_lost,
    wallet,
    wallet_held,
)
from domain.postings.kit import customer_credit
from persistence import chargebacks, ledger
from persistence.tables.invoicing import invoices
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.unit import Unit
from persistence.write_offs import restore


@dataclass(frozen=True, slots=True)
class Share:
    """What of a charged back payment had paid an invoice."""

    invoice: Invoice
    amount_minor: int

    @property
    def fee_minor(self) -> int:
        """The fee that the platform gives back when this counts as paid no more."""
        invoice = self.invoice
        total, after = invoice.total_minor - invoice.advances_applied_minor, invoice.paid_minor - self.amount_minor
        return fee_share(invoice.fee_minor or 0, total, after, invoice.paid_minor)


async def shares_of(db: Unit, chargeback: Chargeback) -> list[Share]:
    """What of the money had paid which invoice, newest first; these invoices are locked until the transaction ends.

    The payment's own invoice is among them even where it had nothing of the money, because it was paid already.
    """
    paid = func.sum(-ledger_entries.c.amount_minor).label("paid")
    statement = (
        select(ledger_entries.c.invoice_id, paid)
        .join(ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id)
        .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
        .where(
            ledger_accounts.c.code == AccountCode.RECEIVABLE,
            ledger_transfers.c.kind.in_((PostingKind.P3, PostingKind.P16)),
            ledger_entries.c.payment_id == chargeback.payment_id,
        )
        .group_by(ledger_entries.c.invoice_id)
    )
    found: dict[UUID, int] = {row.invoice_id: int(row.paid) for row in await db.session.execute(statement)}
    if chargeback.invoice_id is not None:
        found.setdefault(chargeback.invoice_id, 0)
    lock = select(Invoice).where(invoices.c.id.in_(found)).order_by(invoices.c.id).with_for_update()
    left = chargeback.amount_minor
    shares: list[Share] = []
    for invoice in reversed((await db.session.scalars(lock)).all()):
        part = min(left, found[invoice.id])
        left -= part
        shares.append(Share(invoice, part))
    return shares


async def locked(db: Unit, chargeback: Chargeback) -> list[Share]:
    """Locks a stored chargeback with what it is about, in the written order, and reads it anew."""
    shares = await shares_of(db, chargeback)
    await chargebacks.lock_payment(db, chargeback.payment_id)
    await chargebacks.locked(db, chargeback.id)
    return shares


async def take(db: Unit, chargeback: Chargeback, shares: Sequence[Share]) -> None:
    """P15: what the issuer had got is held as far as its wallet has it."""
    available = await ledger.balances_of(db, wallet(chargeback), wallet_held(chargeback))
    chargeback.net_minor = sum(share.amount_minor - share.fee_minor for share in shares)
    chargeback.held_minor = min(available[wallet(chargeback)], chargeback.net_minor)
    await ledger.post(db, money_taken(chargeback, by=db.by, at=db.at))


async def give_back(db: Unit, chargeback: Chargeback) -> None:
    """P15 reversed."""
    ordinal = await ledger.next_ordinal(db, PostingKind.REVERSAL, chargeback.id)
    await ledger.post(db, money_taken_back(chargeback, ordinal, by=db.by, at=db.at))


async def lose(db: Unit, chargeback: Chargeback, shares: Sequence[Share]) -> None:
    """P16: what invoices had of the money is due again; what was too much is taken from the customer's credit."""
    held, surplus = chargeback.held_minor, chargeback.amount_minor
    for number, share in enumerate(shares, start=1):
        surplus -= share.amount_minor
        if share.amount_minor:
            held -= await _lose(db, chargeback, share, held, number=number, is_last=number == len(shares))
    if surplus:
        invoice = shares[0].invoice
        kept = (await ledger.balances_of(db, customer_credit(invoice)))[customer_credit(invoice)]
        number = len(shares) + 1
        transfer = surplus_lost(chargeback, invoice, surplus, kept, ordinal=number, by=db.by, at=db.at)
        await ledger.post(db, transfer)


async def _lose(db: Unit, chargeback: Chargeback, share: Share, held_minor: int, *, number: int, is_last: bool) -> int:
    """How much of what the wallet holds went for this share; the last one takes what is left."""
    fee, held = share.fee_minor, held_minor if is_last else min(held_minor, share.amount_minor - share.fee_minor)
    loss = Loss(invoice=share.invoice, unpaid_minor=share.amount_minor, fee_minor=fee, held_minor=held)
    await restore(db, share.invoice)
    write_offs.take_back(share.invoice, share.amount_minor, by=db.by, at=db.at)
    await ledger.post(db, money_lost(chargeback, loss, ordinal=number, by=db.by, at=db.at))
    return held
