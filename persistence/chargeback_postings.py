"""What a chargeback does to the books: the money is taken, comes back, or is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from domain import escrow_rulings, write_offs
from domain.actors import SYSTEM
from domain.chargebacks import Chargeback
from domain.escrow_holds import HOLDING, EscrowHold
from domain.hold_movements import MovementCause
from domain.invoice_fees import fee_of_loss
from domain.invoices import Invoice
from domain.ledger import AccountCode, PostingKind
from domain.payments import Payment
from domain.postings.chargebacks import (
    Loss,
    held_money_lost,
    held_money_taken,
    held_money_taken_back,
    money_lost,
    money_taken,
    money_taken_back,
    surplus_lost,
    wallet,
    wallet_held,
)
from domain.postings.escrow import escrow
from domain.postings.kit import customer_credit
from persistence import chargebacks, escrow_holds, ledger, sale_chargebacks
from persistence.invoice_standings import standing_of
from persistence.tables.invoicing import invoices
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.unit import Unit
from persistence.write_offs import restore

_BY_PAYMENT = (PostingKind.P3, PostingKind.P16)


@dataclass(frozen=True, slots=True)
class Share:
    """What of a charged back payment had paid an invoice, and the fee that goes back when it counts no more."""

    invoice: Invoice
    amount_minor: int
    fee_minor: int


async def shares_of(db: Unit, chargeback: Chargeback) -> list[Share]:
    """What of the money had paid which invoice, newest first; these invoices are locked until the transaction ends.

    The payment's own invoice is among them even where it had nothing of the money, because it was paid already; so is
    one that waits to be paid from the hold. Of a sale there are none: it is locked instead, and has its own postings.
    """
    if await sale_chargebacks.locked(db, chargeback) is not None:
        return []
    left = chargeback.amount_minor - chargeback.escrow_minor
    waiting_id = None
    if chargeback.hold_id is not None:
        # Under the locks of project and milestone, which come before all others, no hold changes.
        await escrow_holds.parts_of(db, chargeback.hold_id)
        hold = await db.session.get_one(EscrowHold, chargeback.hold_id, populate_existing=True)
        waiting_id = hold.release_invoice_id
        if not chargeback.escrow_minor:
            left -= min(left, hold.remaining_minor if hold.status in HOLDING else 0)
    paid = func.sum(-ledger_entries.c.amount_minor).label("paid")
    statement = (
        select(ledger_entries.c.invoice_id, paid)
        .join(ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id)
        .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
        .where(
            ledger_accounts.c.code == AccountCode.RECEIVABLE,
            or_(
                (ledger_entries.c.payment_id == chargeback.payment_id) & ledger_transfers.c.kind.in_(_BY_PAYMENT),
                (ledger_entries.c.hold_id == chargeback.hold_id) & (ledger_transfers.c.kind == PostingKind.P7),
            ),
        )
        .group_by(ledger_entries.c.invoice_id)
    )
    found: dict[UUID, int] = {row.invoice_id: int(row.paid) for row in await db.session.execute(statement)}
    for id_ in (chargeback.invoice_id, waiting_id):
        if id_ is not None:
            found.setdefault(id_, 0)
    lock = select(Invoice).where(invoices.c.id.in_(found)).order_by(invoices.c.id).with_for_update()
    shares: list[Share] = []
    for invoice in reversed((await db.session.scalars(lock)).all()):
        part = min(left, found[invoice.id])
        left -= part
        fee = fee_of_loss(invoice, part, await standing_of(db, invoice), chargeback.hold_id) if part else 0
        shares.append(Share(invoice, part, fee))
    return shares


async def locked(db: Unit, chargeback: Chargeback) -> list[Share]:
    """Locks a stored chargeback with what it is about, in the written order, and reads it anew."""
    shares = await shares_of(db, chargeback)
    await chargebacks.lock_payment(db, chargeback.payment_id)
    await chargebacks.locked(db, chargeback.id)
    return shares


async def take(db: Unit, chargeback: Chargeback, shares: Sequence[Share]) -> None:
    """P17 for what is still held; P15 for the rest, of which the issuer's wallet holds what it has."""
    if chargeback.hold_id is not None:
        hold = (await escrow_holds.for_change(db, chargeback.hold_id)).hold
        chargeback.escrow_minor = min(hold.remaining_minor if hold.status in HOLDING else 0, chargeback.amount_minor)
        if chargeback.escrow_minor:
            await ledger.post(db, held_money_taken(chargeback, by=db.by, at=db.at))
    if chargeback.escrow_minor < chargeback.amount_minor:
        available = await ledger.balances_of(db, wallet(chargeback), wallet_held(chargeback))
        chargeback.net_minor = sum(share.amount_minor - share.fee_minor for share in shares)
        chargeback.held_minor = min(available[wallet(chargeback)], chargeback.net_minor)
        await ledger.post(db, money_taken(chargeback, by=db.by, at=db.at))
    await sale_chargebacks.taken(db, chargeback)


async def give_back(db: Unit, chargeback: Chargeback) -> None:
    """P15 and P17 reversed."""
    if chargeback.escrow_minor:
        ordinal = await ledger.next_ordinal(db, PostingKind.REVERSAL, chargeback.id)
        await ledger.post(db, held_money_taken_back(chargeback, ordinal, by=db.by, at=db.at))
    if chargeback.escrow_minor < chargeback.amount_minor:
        ordinal = await ledger.next_ordinal(db, PostingKind.REVERSAL, chargeback.id)
        await ledger.post(db, money_taken_back(chargeback, ordinal, by=db.by, at=db.at))
    await sale_chargebacks.won(db, chargeback)


async def lose(db: Unit, chargeback: Chargeback, shares: Sequence[Share]) -> None:
    """P17: the hold has less; P16: what invoices had of the money is due again, and what else there was is owed."""
    if await sale_chargebacks.lost(db, chargeback):
        return
    if chargeback.escrow_minor:
        await _lose_held(db, chargeback, shares)
    held, left = chargeback.held_minor, chargeback.amount_minor - chargeback.escrow_minor
    lost = [share for share in shares if share.amount_minor]
    for number, share in enumerate(lost, start=1):
        left -= share.amount_minor
        held -= await _lose(db, chargeback, share, held, number=number, is_last=number == len(lost))
    if left:
        await _lose_surplus(db, chargeback, shares, left, held, number=len(lost) + 1)


async def follow_hold(db: Unit, chargeback: Chargeback) -> None:
    """The hold knows whether a bank disputes the payment that funded it, whatever else freezes it."""
    if chargeback.hold_id is not None:
        hold = (await escrow_holds.for_change(db, chargeback.hold_id)).hold
        is_disputed = hold.status in HOLDING and await chargebacks.is_disputed(db, chargeback.payment_id)
        hold.follow_bank(is_disputed=is_disputed, at=db.at)


async def _lose_held(db: Unit, chargeback: Chargeback, shares: Sequence[Share]) -> None:
    """What was held goes back to the client, by the bank instead of by us."""
    if chargeback.hold_id is None:
        raise AssertionError("only a payment for a hold has money in escrow")
    holding = await escrow_holds.for_change(db, chargeback.hold_id)
    hold = holding.hold
    waiting = next((one.invoice for one in shares if one.invoice.id == hold.release_invoice_id), None)
    if hold.frozen_at is not None and chargeback.escrow_minor == hold.remaining_minor:
        # Nothing is left to dispute about.
        escrow_rulings.unfreeze(holding, waiting, "unfreezeEscrow", by=SYSTEM, at=db.at)
    movement = hold.refund(chargeback.escrow_minor, MovementCause.CHARGEBACK, chargeback.id, by=SYSTEM, at=db.at)
    db.add(movement)
    holding.follow()
    if waiting is not None:
        waiting.awaits_release = await escrow_holds.is_awaited(db, waiting.id)
    await ledger.post(db, held_money_lost(chargeback, escrow(hold), by=db.by, at=db.at))


async def _lose_surplus(
    db: Unit, chargeback: Chargeback, shares: Sequence[Share], surplus_minor: int, held_minor: int, *, number: int
) -> None:
    """Too much for an invoice was kept as the customer's credit; what a hold had more went back to the client."""
    if chargeback.hold_id is None:
        credit = customer_credit(shares[0].invoice)
        kept, debtor_id = (credit, (await ledger.balances_of(db, credit))[credit]), chargeback.issuer_id
    else:
        kept, debtor_id = None, (await db.session.get_one(Payment, chargeback.payment_id)).payer_id
    transfer = surplus_lost(
        chargeback,
        surplus_minor,
        held_minor=held_minor,
        debtor_id=debtor_id,
        kept=kept,
        ordinal=number,
        by=db.by,
        at=db.at,
    )
    await ledger.post(db, transfer)


async def _lose(db: Unit, chargeback: Chargeback, share: Share, held_minor: int, *, number: int, is_last: bool) -> int:
    """How much of what the wallet holds went for this share; the last one takes what is left."""
    fee, held = share.fee_minor, held_minor if is_last else min(held_minor, share.amount_minor - share.fee_minor)
    loss = Loss(invoice=share.invoice, unpaid_minor=share.amount_minor, fee_minor=fee, held_minor=held)
    await restore(db, share.invoice)
    write_offs.take_back(share.invoice, share.amount_minor, by=db.by, at=db.at)
    await ledger.post(db, money_lost(chargeback, loss, ordinal=number, by=db.by, at=db.at))
    return held
