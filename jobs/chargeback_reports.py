"""Following a chargeback to where its provider says it is: each step once, with what it does to the books."""

from datetime import datetime
from functools import partial

from domain.actors import SYSTEM
from domain.chargebacks import Chargeback, ChargebackStatus, opened
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.payment_methods import Provider
from domain.payments import Payment, PaymentState
from integrations.chargebacks import ReportedChargeback, ReportedState
from jobs.payments import check_outcome
from persistence import chargeback_postings, chargebacks, money_exceptions
from persistence.chargeback_postings import Share
from persistence.database import Database
from persistence.turns import take_turn
from persistence.unit import Unit, transact

_ENDS = {ReportedState.WON: ChargebackStatus.WON, ReportedState.LOST: ChargebackStatus.LOST}


async def follow(database: Database, provider: Provider, report: ReportedChargeback, now: datetime) -> bool:
    """Applies what a provider says, however often it says it; False where nobody here knows what was charged."""
    payment = await transact(database, partial(_payment, provider, report), by=SYSTEM, at=now)
    if payment is not None and payment.status is not PaymentState.SUCCEEDED:
        # The provider charged what we do not know to be charged: that comes first.
        await check_outcome(database, payment.id, now)
    await transact(database, partial(_follow, provider, report), by=SYSTEM, at=now)
    return payment is not None


async def _payment(provider: Provider, report: ReportedChargeback, db: Unit) -> Payment | None:
    return await chargebacks.payment_of_charge(db, provider, report.charge_key, report.charge_id)


async def _follow(provider: Provider, report: ReportedChargeback, db: Unit) -> None:
    # Companies tell of a new one in several messages at once: the first opens it.
    await take_turn(db, "chargeback", provider.name, report.external_id)
    chargeback = await chargebacks.known(db, provider, report.external_id)
    if chargeback is not None:
        shares = await chargeback_postings.locked(db, chargeback)
    else:
        payment = await _payment(provider, report, db)
        if payment is None and report.charge_key is None:
            # Not made by us, and for nothing that is known here: others may charge with the same account.
            return
        if payment is None or not _fits(payment, report):
            await money_exceptions.open_once(db, _unfitting(report, payment))
            return
        chargeback, shares = await _open(db, payment, report)
    await _step(db, chargeback, shares, report)
    await chargeback_postings.follow_hold(db, chargeback)


def _fits(payment: Payment, report: ReportedChargeback) -> bool:
    same = report.amount.currency == payment.currency
    return same and payment.captured_minor >= report.amount.amount_minor


def _unfitting(report: ReportedChargeback, payment: Payment | None) -> Finding:
    """Nothing is posted for what cannot be; staff find out whose money the bank has taken."""
    taken = f"{report.amount} of charge {report.charge_key}"
    if payment is None:
        return Finding(
            MoneyExceptionKind.UNMATCHED_EVENT, "chargeback at the provider", report.external_id, "a payment", taken
        )
    kind = MoneyExceptionKind.AMOUNT_MISMATCH
    if report.amount.currency != payment.currency:
        kind = MoneyExceptionKind.CURRENCY_MISMATCH
    expected = f"at most {payment.captured_amount}"
    return Finding(kind, "chargeback at the provider", report.external_id, expected, taken, payment.issuer_id)


async def _open(db: Unit, payment: Payment, report: ReportedChargeback) -> tuple[Chargeback, list[Share]]:
    chargeback = opened(
        payment,
        report.external_id,
        report.amount,
        reason=report.reason,
        evidence_due_at=report.evidence_due_at,
        is_warning=report.state in (ReportedState.WARNING, ReportedState.PREVENTED),
        at=db.at,
    )
    shares = await chargeback_postings.shares_of(db, chargeback)
    await chargebacks.lock_payment(db, payment.id)
    if chargeback.is_taken:
        await chargeback_postings.take(db, chargeback, shares)
    db.add(chargeback)
    await db.flush()
    return chargeback, shares


async def _step(db: Unit, chargeback: Chargeback, shares: list[Share], report: ReportedChargeback) -> None:
    """Leaves alone what is final here: a contradiction is for people."""
    if not chargeback.is_undecided:
        await _compare(db, chargeback, report)
        return
    chargeback.evidence_due_at = report.evidence_due_at
    if report.state is ReportedState.PREVENTED and chargeback.status is ChargebackStatus.WARNING:
        chargeback.prevent(at=db.at)
        return
    if report.state is not ReportedState.WARNING and chargeback.status is ChargebackStatus.WARNING:
        chargeback.demand_evidence(at=db.at)
        await chargeback_postings.take(db, chargeback, shares)
    if report.state is ReportedState.WON:
        chargeback.win(at=db.at)
        await chargeback_postings.give_back(db, chargeback)
    elif report.state is ReportedState.LOST:
        chargeback.lose(at=db.at)
        await chargeback_postings.lose(db, chargeback, shares)


async def _compare(db: Unit, chargeback: Chargeback, report: ReportedChargeback) -> None:
    ours = ChargebackStatus.LOST if chargeback.status is ChargebackStatus.ACCEPTED else chargeback.status
    if report.state in _ENDS and _ENDS[report.state] is not ours:
        finding = Finding(
            MoneyExceptionKind.STATE_MISMATCH,
            "Chargeback",
            str(chargeback.id),
            report.state.name,
            chargeback.status.name,
            chargeback.issuer_id,
        )
        await money_exceptions.open_once(db, finding)
