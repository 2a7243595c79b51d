"""Escrow: funding milestones, releasing and giving back what is held, freezing and ruling it."""

from uuid import UUID

from domain.escrow_funding import Holding
from domain.escrow_releases import amount_to_release, check_release, check_return
from domain.escrow_summaries import EscrowSummary
from domain.hold_movements import MovementCause
from domain.invoices import InvoiceKind
from domain.money import Money
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import invalid
from persistence import (
    escrow_edges,
    escrow_funding,
    escrow_holds,
    escrow_releases,
    escrow_rulings,
    organizations,
    release_consents,
)
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

READERS = (Permission.MONEY_READ, Permission.STAFF_MONEY, Permission.STAFF_DISPUTES)

LIST, OF_MILESTONE, MOVEMENTS = escrow_edges.LIST, escrow_edges.OF_MILESTONE, escrow_edges.MOVEMENTS
PROJECT, MILESTONE = escrow_edges.PROJECT, escrow_edges.MILESTONE
CLIENT, FREELANCER = escrow_edges.CLIENT, escrow_edges.FREELANCER
RELEASE_INVOICE, PAYMENTS = escrow_edges.RELEASE_INVOICE, escrow_edges.PAYMENTS
HOLD, INVOICE = escrow_edges.HOLD, escrow_edges.INVOICE
USER, ORGANIZATION = escrow_edges.USER, escrow_edges.ORGANIZATION


async def escrow_summary(context: Context, organization_id: UUID) -> list[EscrowSummary]:
    """What an organization has in escrow; none for one whose holds the viewer may not see."""
    async with context.platform.database.reader() as session:
        return await escrow_edges.summaries(session, context.viewer, organization_id)


async def fund_milestone(
    db: Unit, *, milestone_id: UUID, method_id: UUID | None = None, from_wallet: bool = False
) -> Changed:
    if from_wallet and method_id is not None:
        raise invalid("Name a payment method or take the wallet, not both.", "methodId")
    holding, payment = await escrow_funding.fund(db, milestone_id, method_id, from_wallet=from_wallet)
    return Changed(hold=holding.hold, milestone=holding.milestone, payment=payment)


async def release_escrow(db: Unit, *, hold_id: UUID, amount: Money | None = None) -> Changed:
    project, milestone = await escrow_holds.parts_of(db, hold_id)
    hold = await escrow_holds.locked(db, hold_id)
    hold.check("releaseEscrow", by=db.by)
    if hold.awaits_approval:
        # What waits for a second person already can only be asked for again, once nobody has agreed in time.
        asked = await release_consents.ask(db, hold, requested_with=Permission.MONEY_MOVE)
        return Changed(hold=hold, milestone=milestone, invoice=None, approval=asked)
    check_release(project, *await organizations.sides(db, hold))
    part = escrow_releases.part_of(milestone, hold, amount_to_release(hold, amount))
    invoice = await escrow_releases.issue(db, InvoiceKind.ADVANCE, project, [part], MovementCause.CLIENT, by=db.by)
    asked = await release_consents.pending(db, hold)
    return Changed(hold=hold, milestone=milestone, invoice=invoice, approval=asked)


async def refund_escrow(db: Unit, *, hold_id: UUID, reason: str) -> Changed:
    project, milestone = await escrow_holds.parts_of(db, hold_id)
    payment = await escrow_holds.payment_of(db, hold_id)
    hold = await escrow_holds.locked(db, hold_id)
    check_return(milestone, hold, *await organizations.sides(db, hold), by=db.by)
    stated = said(reason, required=True)
    holding = Holding(project=project, milestone=milestone, hold=hold)
    amount_minor, cause = hold.remaining_minor, MovementCause.FREELANCER
    movement = await escrow_releases.refund(db, holding, payment, amount_minor, cause, hold.id, stated, by=db.by)
    return Changed(hold=hold, milestone=milestone, movement=movement)


async def freeze_escrow(db: Unit, *, hold_id: UUID) -> Changed:
    holding = await escrow_rulings.freeze(db, hold_id)
    return Changed(hold=holding.hold, milestone=holding.milestone)


async def unfreeze_escrow(db: Unit, *, hold_id: UUID) -> Changed:
    holding = await escrow_rulings.unfreeze(db, hold_id)
    return Changed(hold=holding.hold, milestone=holding.milestone)


async def rule_escrow(
    db: Unit, *, hold_id: UUID, freelancer_amount: Money, client_amount: Money, rationale: str
) -> Changed:
    holding, asked = await escrow_rulings.rule(db, hold_id, freelancer_amount, client_amount, rationale)
    return Changed(hold=holding.hold, milestone=holding.milestone, project=holding.project, approval=asked)


async def clear_escrow_release(db: Unit, *, hold_id: UUID) -> Changed:
    holding, invoice = await escrow_releases.clear(db, hold_id)
    return Changed(hold=holding.hold, invoice=invoice)
