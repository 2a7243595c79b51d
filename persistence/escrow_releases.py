"""Releasing held money: the invoices it pays, what release policies keep back, and what goes back to the client."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from domain.actors import SYSTEM, Actor
from domain.approval import Bill
from domain.approval_requests import ApprovalRequest
from domain.escrow_funding import Holding
from domain.escrow_holds import HOLDING, EscrowHold
from domain.escrow_invoices import HeldPart, fee_of, over_holds, settlements
from domain.escrow_releases import require_cover
from domain.hold_movements import HoldMovement, MovementCause
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.milestones import Milestone, MilestoneStatus
from domain.money import Money
from domain.payments import Payment
from domain.postings.escrow import hold_released, hold_returned
from domain.projects import Project
from domain.refusals import conflict, wrong_state
from domain.release_policies import ReleasePolicy
from persistence import (
    chargebacks,
    customers,
    escrow_holds,
    ledger,
    organizations,
    refunds,
    release_consents,
    release_policies,
)
from persistence.invoice_openings import open_at_once
from persistence.neutrality import require_neutral
from persistence.parking import are_parked, require_none_parked
from persistence.tables.invoicing import invoices
from persistence.tables.projects import milestones
from persistence.unit import Unit


async def bill(db: Unit, project: Project, due: Bill) -> Invoice:
    """Bills what was approved: one milestone or, with the final invoice, all that are approved and not billed yet."""
    await db.flush()
    if due.milestone is not None:
        await _require_unbilled(db, due.kind, due.milestone)
    parts = await _parts(db, await unbilled(db, project) if due.milestone is None else [due.milestone])
    return await issue(db, due.kind, project, parts, MovementCause.APPROVAL, by=db.by)


async def issue(
    db: Unit,
    kind: InvoiceKind,
    project: Project,
    parts: Sequence[HeldPart],
    cause: MovementCause,
    *,
    by: Actor,
) -> Invoice:
    """Opens an invoice over locked holds; they pay it in the same transaction, but for what a policy keeps back."""
    is_ruling = cause is MovementCause.RULING
    if not is_ruling:
        await require_none_parked(db, project.freelancer_organization_id, project.client_organization_id)
    issuer = await organizations.get(db, project.freelancer_organization_id)
    client = await organizations.get(db, project.client_organization_id)
    customer = await customers.linked(db, issuer.id, client, currency=project.currency)
    invoice = over_holds(kind, project, parts, customer=customer, time_zone=issuer.time_zone, tax_is_inside=is_ruling)
    fee = fee_of(parts)
    policies = [None if is_ruling else await _policy_for(db, part) for part in parts]
    at_once = [part for part, policy in zip(parts, policies, strict=True) if part.due_minor and policy is None]
    movements = [part.hold.release(part.due_minor, invoice, cause, by=by, at=db.at) for part in at_once]
    transfers = [
        hold_released(movement, part.hold, invoice, by=by, at=db.at)
        for movement, part in zip(movements, at_once, strict=True)
    ]
    invoice.awaits_release = any(policies)
    await open_at_once(db, invoice, fee=fee, paid_by=transfers)
    db.add(*settlements(invoice, parts), *movements)
    _count(invoice, movements, at=db.at)
    for part, policy in zip(parts, policies, strict=True):
        Holding(project=project, milestone=part.milestone, hold=part.hold).follow()
        if policy is not None:
            part.hold.wait(policy, part.due_minor, invoice, at=db.at)
            await release_consents.ask(db, part.hold)
    return invoice


async def release_waiting(db: Unit, hold_id: UUID) -> bool:
    """Releases what waited for a policy, if it may go now that everything is locked; true when it went."""
    project, milestone = await escrow_holds.parts_of(db, hold_id)
    invoice = await escrow_holds.waiting_invoice(db, hold_id)
    holding = Holding(project=project, milestone=milestone, hold=await escrow_holds.locked(db, hold_id))
    if invoice is None or holding.hold.release_invoice_id != invoice.id:
        return False
    return await _pay_if_due(db, holding, invoice)


async def clear(db: Unit, hold_id: UUID) -> tuple[Holding, Invoice | None]:
    """Staff have checked a waiting release: it goes now, unless something else keeps it back."""
    project, milestone = await escrow_holds.parts_of(db, hold_id)
    invoice = await escrow_holds.waiting_invoice(db, hold_id)
    holding = Holding(project=project, milestone=milestone, hold=await escrow_holds.locked(db, hold_id))
    await require_neutral(db, holding.hold.concerned_organizations())
    holding.hold.clear(by=db.by, at=db.at)
    if invoice is not None:
        await _pay_if_due(db, holding, invoice)
    return holding, invoice


async def _pay_if_due(db: Unit, holding: Holding, invoice: Invoice) -> bool:
    """Pays what waited, unless something still keeps it back: a day to come, a freeze, a side that is parked."""
    project = holding.project
    sides = (project.freelancer_organization_id, project.client_organization_id)
    if not holding.hold.is_due(db.at) or await are_parked(db, *sides):
        return False
    await pay_waiting(db, holding, invoice, MovementCause.POLICY, by=SYSTEM)
    return True


async def pay_waiting(db: Unit, holding: Holding, invoice: Invoice, cause: MovementCause, *, by: Actor) -> HoldMovement:
    """Pays the locked open invoice from the hold that was kept back for it."""
    hold = holding.hold
    movement = hold.release(hold.release_minor or 0, invoice, cause, by=by, at=db.at)
    db.add(movement)
    await ledger.post(db, hold_released(movement, hold, invoice, by=by, at=db.at))
    _count(invoice, [movement], at=db.at)
    invoice.awaits_release = invoice.status is InvoiceStatus.OPEN and await escrow_holds.is_awaited(db, invoice.id)
    holding.follow()
    return movement


async def refund(
    db: Unit,
    holding: Holding,
    payment: Payment | None,
    amount_minor: int,
    cause: MovementCause,
    source_id: UUID,
    reason: str,
    *,
    by: Actor,
) -> HoldMovement:
    """Gives a part of a locked hold back: to its payment's own method or, without one, to the client's wallet.

    What a ruling or a cancellation gives back goes to the wallet, too, where the bank has taken of that payment
    already. The freelancer's own will is refused then.
    """
    hold = holding.hold
    if payment is not None and cause is not MovementCause.FREELANCER and await chargebacks.is_lost(db, payment.id):
        payment = None
    movement = hold.refund(amount_minor, cause, source_id, by=by, at=db.at)
    db.add(movement)
    holding.follow()
    if payment is None:
        await ledger.post(db, hold_returned(movement, hold, by=by, at=db.at))
    else:
        await refunds.of_hold(db, payment, hold_id=hold.id, amount_minor=amount_minor, reason=reason, by=by)
    return movement


async def refund_cancelled(
    db: Unit,
    project: Project,
    milestones_: Sequence[Milestone],
    holds: Sequence[tuple[EscrowHold, Payment | None]],
) -> None:
    """Gives all locked holds of a cancelled project back."""
    by_id = {milestone.id: milestone for milestone in milestones_}
    for hold, payment in holds:
        holding = Holding(project=project, milestone=by_id[hold.milestone_id], hold=hold)
        cause, reason = MovementCause.CANCELLATION, f"{project.reference} was cancelled."
        await refund(db, holding, payment, hold.remaining_minor, cause, project.id, reason, by=db.by)


def part_of(milestone: Milestone, hold: EscrowHold, amount_minor: int) -> HeldPart:
    """A part that is paid in advance."""
    return HeldPart(milestone=milestone, hold=hold, due_minor=amount_minor, agreed_minor=hold.agreed_for(amount_minor))


async def _parts(db: Unit, billed: Sequence[Milestone]) -> list[HeldPart]:
    ids = [milestone.id for milestone in billed]
    advances = await escrow_holds.unsettled_advances(db, ids)
    holds = await escrow_holds.for_billing(db, ids)
    for hold in holds.values():
        if hold.status in HOLDING:
            hold.check("billHold", by=SYSTEM)
    parts = [
        HeldPart(
            milestone=milestone,
            hold=holds[milestone.id],
            due_minor=holds[milestone.id].remaining_minor,
            agreed_minor=milestone.amount_minor,
            advances=advances[milestone.id],
        )
        for milestone in billed
    ]
    for part in parts:
        require_cover(part)
    return parts


async def unbilled(db: Unit, project: Project) -> Sequence[Milestone]:
    """The approved milestones of a COMPLETION project that no invoice of their own has billed, in their order."""
    billed = exists().where(
        invoices.c.milestone_id == milestones.c.id,
        invoices.c.kind == InvoiceKind.INTERIM,
        invoices.c.status != InvoiceStatus.VOID,
    )
    statement = select(Milestone).where(
        milestones.c.project_id == project.id, milestones.c.status == MilestoneStatus.APPROVED, ~billed
    )
    return (await db.session.scalars(statement.order_by(milestones.c.position).with_for_update())).all()


async def _require_unbilled(db: Unit, kind: InvoiceKind, milestone: Milestone) -> None:
    billed = exists().where(
        invoices.c.milestone_id == milestone.id, invoices.c.kind == kind, invoices.c.status != InvoiceStatus.VOID
    )
    if await db.session.scalar(select(billed)):
        raise conflict("This has been invoiced already.")


async def _policy_for(db: Unit, part: HeldPart) -> ReleasePolicy | None:
    """The policy that keeps the release back, if one does."""
    due = Money(part.due_minor, part.hold.currency)
    policy = await release_policies.first_for(db, part.hold.client_organization_id, due) if part.due_minor else None
    return policy if policy is not None and policy.keeps_back else None


def _count(invoice: Invoice, movements: Sequence[HoldMovement], *, at: datetime) -> None:
    """Counts what was released towards the invoice; one that was paid in advance altogether is settled by that."""
    if invoice.amount_due_minor == 0:
        invoice.settle("settleInvoice", by=SYSTEM, at=at)
    for movement in movements:
        invoice.receive(movement.amount_minor, by=SYSTEM, at=at)


async def consent(db: Unit, request: ApprovalRequest) -> None:
    """A second person agrees to the release that waits: it goes now, unless something else keeps it back."""
    # Whoever approved the milestone need not be allowed to see its money; the second person's rights were checked.
    system = replace(db, by=SYSTEM)
    project, milestone = await escrow_holds.parts_of(system, request.subject_id)
    invoice = await escrow_holds.waiting_invoice(db, request.subject_id)
    hold = await escrow_holds.locked(db, request.subject_id)
    if invoice is None or str(invoice.id) != request.command["invoiceId"]:
        raise wrong_state("The release that was asked for does not wait any more.", from_state=hold.status.name)
    hold.consent(by=request.second_person, at=db.at)
    await _pay_if_due(db, Holding(project=project, milestone=milestone, hold=hold), invoice)
