"""Funding milestones: the hold and its payment begin together, and what comes of the payment becomes of the hold."""

from uuid import UUID

from domain.actors import SYSTEM
from domain.escrow_funding import Holding, check_funding, hold_again, hold_for, require_missing
from domain.escrow_holds import EscrowHold
from domain.fees import FeeScope
from domain.milestones import Milestone
from domain.payment_methods import Provider
from domain.payment_starts import Means, started_for_hold
from domain.payments import Payment
from domain.postings.escrow import hold_funded, late_funding
from persistence import (
    escrow_holds,
    fee_policies,
    ledger,
    milestones,
    organizations,
    payment_methods,
    payments,
    provider_accounts,
)
from persistence import tax_types as tax_types_
from persistence.unit import Unit


async def fund(
    db: Unit, milestone_id: UUID, method_id: UUID | None, *, from_wallet: bool
) -> tuple[Holding, Payment | None]:
    """Holds all that the milestone's invoice will come to: at once from the wallet, else when its payment succeeds."""
    project, milestone, _ = await milestones.for_change(db, milestone_id)
    check_funding(project, milestone, *await organizations.sides(db, milestone), by=db.by)
    payer_id, currency = milestone.client_organization_id, milestone.currency
    method = None if from_wallet else await payment_methods.chosen(db, payer_id, currency, method_id)
    provider = None if method is None else method.provider
    if provider is not None:
        await provider_accounts.require_open(db, provider)
    hold = await _hold(db, milestone, provider, from_wallet=from_wallet)
    holding = Holding(project=project, milestone=milestone, hold=hold)
    holding.begin(by=db.by, at=db.at)
    db.add(hold)
    await db.flush()
    if method is None:
        holding.fund(by=db.by, at=db.at)
        await ledger.post(db, hold_funded(hold, None, by=db.by, at=db.at))
        return holding, None
    payment, attempt = started_for_hold(hold, Means.of(method), by=db.by, at=db.at)
    await payments.add(db, payment, attempt)
    return holding, payment


async def received(db: Unit, holding: Holding, payment: Payment) -> None:
    """The payment has succeeded: the money is held or, too late for that, the client's own."""
    hold = holding.hold
    if hold.is_late and not holding.can_be_funded_late():
        await ledger.post(db, late_funding(hold, payment, by=SYSTEM, at=db.at))
        return
    holding.fund(by=SYSTEM, at=db.at)
    await ledger.post(db, hold_funded(hold, payment, by=SYSTEM, at=db.at))


async def _hold(db: Unit, milestone: Milestone, provider: Provider | None, *, from_wallet: bool) -> EscrowHold:
    missing = await escrow_holds.missing(db, milestone.id)
    require_missing(milestone, missing)
    if missing is not None and missing.agreed_minor < milestone.amount_minor:
        return hold_again(milestone, missing, from_wallet=from_wallet)
    tax_types = await tax_types_.defaults(db, milestone.freelancer_organization_id)
    terms = await fee_policies.terms_for(db, FeeScope.PROJECT, milestone.currency, milestone.amount_minor, provider)
    return hold_for(milestone, tax_types, terms, from_wallet=from_wallet)
