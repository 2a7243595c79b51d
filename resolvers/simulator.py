"""Rehearsing at the simulator: how mean it is, and what payers, banks and bad luck do there. Only in a sandbox."""

from typing import Any
from uuid import UUID

from domain import rehearsals
from domain.chargebacks import Chargeback
from domain.ids import new_id
from domain.money import Money
from domain.payments import Payment
from domain.provider_reports import LineKind
from domain.refusals import invalid, wrong_state
from domain.rehearsals import BankDecision, Difference, PayerAct, WebhookTrick, require_simulated
from domain.simulator_settings import SimulatorSettings, configured
from integrations.simulator import books as simulator_books
from integrations.simulator import chargebacks as simulated_chargebacks
from integrations.simulator import charges, differences, events
from integrations.simulator import payouts as simulated_payouts
from integrations.simulator.books import Books, connected
from integrations.simulator.charges import ChargeState, Entry
from integrations.simulator.turns import opened_within
from persistence import chargebacks, payables, payouts, refunds
from persistence.simulator import connection_of
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed


async def require_sandbox(context: Context, **arguments: Any) -> dict[str, Any]:
    """FORBIDDEN in production, before anything is looked up."""
    if not context.platform.is_sandbox:
        raise rehearsals.outside_of_a_sandbox()
    return arguments


async def settings_now(context: Context) -> dict[str, Any]:
    """The settings as names and values."""
    async with connected(context.platform.database.url) as connection:
        return (await simulator_books.settings_of(connection)).document()


async def configure_simulator(db: Unit, **changes: Any) -> Changed:
    starts_anew = changes.pop("starts_anew")
    books = await _books(db)
    now = SimulatorSettings() if starts_anew else books.settings
    settings = configured(now, changes)
    await simulator_books.configure(books.db, settings)
    return Changed(settings=settings.document())


async def simulate_payment_action(db: Unit, *, payment_id: UUID, act: PayerAct) -> Changed:
    payment, entry, books = await _charge(db, payment_id)
    if entry is None or await charges.act(books, entry, confirms=act is PayerAct.SUCCEED) is None:
        raise wrong_state("The simulator asks nothing of the payer.", from_state=payment.status.name)
    return Changed(payment=payment)


async def simulate_chargeback(
    db: Unit, *, payment_id: UUID, amount: Money | None, reason: str, is_warning: bool
) -> Changed:
    payment, entry, books = await _charge(db, payment_id)
    if entry is None or entry.state is not ChargeState.CHARGED:
        raise wrong_state("The simulator has taken no money for this payment.", from_state=payment.status.name)
    wanted = amount or entry.amount
    if wanted.currency != entry.amount.currency or not 1 <= wanted.amount_minor <= entry.amount.amount_minor:
        raise invalid(f"Give an amount up to {entry.amount}, which was taken.", "amount")
    external_id = f"{entry.provider_id}_cb_{new_id().hex[-8:]}"
    await simulated_chargebacks.open_one(
        books, entry, external_id, wanted, reason=reason.strip().upper(), is_warning=is_warning
    )
    return Changed(payment=payment, external_id=external_id)


async def decide_simulated_chargeback(db: Unit, *, chargeback_id: UUID, decision: BankDecision) -> Changed:
    chargeback: Chargeback = await chargebacks.seen(db, chargeback_id)
    require_simulated(chargeback.provider, chargeback.status.name)
    books, is_won = await _books(db), decision is BankDecision.WON
    if not await simulated_chargebacks.decide(books, chargeback.external_id, is_won=is_won):
        raise wrong_state("The bank has nothing to decide.", from_state=chargeback.status.name)
    return Changed(chargeback=chargeback)


async def simulate_payout_return(db: Unit, *, payout_id: UUID) -> Changed:
    payout = await payouts.for_change(db, payout_id)
    require_simulated(payout.provider, payout.status.name)
    key = (await payouts.attempt_of(db, payout)).id
    if not await simulated_payouts.comes_back(await _books(db), simulated_payouts.provider_id_of(key)):
        raise wrong_state("This payout has not arrived, or has come back already.", from_state=payout.status.name)
    return Changed(payout=payout)


async def simulate_webhook(db: Unit, *, payment_id: UUID, trick: WebhookTrick) -> Changed:
    payment, entry, books = await _charge(db, payment_id)
    is_forged = trick is WebhookTrick.FORGED
    if entry is None or not await events.send_newest(books, entry.provider_id, is_forged=is_forged):
        raise wrong_state("The simulator has told nothing of this payment.", from_state=payment.status.name)
    return Changed(payment=payment)


async def simulate_difference(
    db: Unit,
    *,
    difference: Difference,
    payment_id: UUID | None,
    refund_id: UUID | None,
    payout_id: UUID | None,
    amount: Money | None,
) -> Changed:
    given = [id_ for id_ in (payment_id, refund_id, payout_id) if id_ is not None]
    if difference.is_about_a_line:
        if len(given) != 1 or amount is not None:
            raise invalid("Name the one payment, refund or payout whose line differs, and no amount.", "difference")
        kind, key = await _moved(db, payment_id, refund_id, payout_id)
        external_id = await differences.change_line(await _books(db), difference, kind, key)
        if external_id is None:
            raise wrong_state("The simulator has moved no money for this.", from_state="NOT_MOVED")
        return Changed(external_id=external_id)
    if given or amount is None or amount.amount_minor < 1:
        raise invalid("Say how much has moved, at least 1 in the minor unit, and name nothing else.", "amount")
    return Changed(external_id=await differences.invent(await _books(db), difference, amount))


async def _books(db: Unit) -> Books:
    return await opened_within(await connection_of(db), db.at)


async def _charge(db: Unit, payment_id: UUID) -> tuple[Payment, Entry | None, Books]:
    """A visible payment of the simulator's, locked, and what the simulator has of it."""
    _, payment, attempt = await payables.for_outcome(db, payment_id)
    require_simulated(payment.provider, payment.status.name)
    books = await _books(db)
    return payment, await charges.by_key(books, attempt.id), books


async def _moved(
    db: Unit, payment_id: UUID | None, refund_id: UUID | None, payout_id: UUID | None
) -> tuple[LineKind, UUID]:
    """The kind of line and the key of what was moved."""
    if payment_id is not None:
        _, payment, attempt = await payables.for_outcome(db, payment_id)
        require_simulated(payment.provider, payment.status.name)
        return LineKind.CHARGE, attempt.id
    if refund_id is not None:
        _, refund, refund_attempt = await refunds.for_change(db, refund_id)
        require_simulated(refund.provider, refund.status.name)
        return LineKind.REFUND, refund_attempt.id
    assert payout_id is not None
    payout = await payouts.for_change(db, payout_id)
    require_simulated(payout.provider, payout.status.name)
    return LineKind.PAYOUT, (await payouts.attempt_of(db, payout)).id
