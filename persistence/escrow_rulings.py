"""Freezing and ruling holds, each in one transaction: both parts of a ruling are posted, or nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from domain import escrow_rulings as rules
from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.credit_note_lines import Wanted
from domain.escrow_funding import Holding
from domain.escrow_rulings import Split, split_of
from domain.hold_movements import MovementCause
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.milestones import OPEN_STATES, ApprovedVia
from domain.money import Money
from domain.payments import Payment
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import wrong_state
from domain.tasks import Task
from domain.terms import InvoicingMethod
from persistence import (
    approval,
    approval_requests,
    credit_notes,
    escrow_holds,
    escrow_releases,
    money_thresholds,
    release_consents,
    task_submissions,
)
from persistence.escrow_releases import part_of
from persistence.neutrality import require_neutral
from persistence.tables.projects import tasks
from persistence.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """A hold with all that its ruling may change. `waiting` is the open invoice that it was about to pay."""

    holding: Holding
    tasks: Sequence[Task]
    waiting: Invoice | None
    payment: Payment | None


async def freeze(db: Unit, hold_id: UUID) -> Holding:
    """Whatever waited for a second person is taken back: the dispute decides now."""
    await approval_requests.cancel_for(db, ApprovalKind.RELEASE, hold_id)
    disputed = await _for_ruling(db, hold_id)
    rules.freeze(disputed.holding, disputed.waiting, by=db.by, at=db.at)
    return disputed.holding


async def unfreeze(db: Unit, hold_id: UUID) -> Holding:
    """A ruling that waits is taken back; a release that waits for a second person is asked for anew."""
    await approval_requests.cancel_for(db, ApprovalKind.RULING, hold_id)
    disputed = await _for_ruling(db, hold_id)
    rules.unfreeze(disputed.holding, disputed.waiting, "unfreezeEscrow", by=db.by, at=db.at)
    await release_consents.ask(db, disputed.holding.hold)
    return disputed.holding


async def rule(
    db: Unit, hold_id: UUID, freelancer: Money, client: Money, rationale: str
) -> tuple[Holding, ApprovalRequest | None]:
    """Divides a frozen hold, or asks another member of staff to agree to exactly this from the threshold on."""
    disputed = await _for_ruling(db, hold_id)
    holding, hold = disputed.holding, disputed.holding.hold
    hold.check("ruleEscrow", by=db.by)
    stated = said(rationale, required=True)
    split = split_of(hold, disputed.waiting, freelancer, client)
    amount = Money(split.total_minor, hold.currency)
    if await money_thresholds.needed(db, ApprovalKind.RULING, amount):
        command = {
            "freezeId": str(hold.freeze_id),
            "freelancerMinor": split.freelancer_minor,
            "clientMinor": split.client_minor,
            "currency": hold.currency,
        }
        request = await approval_requests.ask(
            db,
            ApprovalKind.RULING,
            hold_id,
            command,
            requested_with=Permission.STAFF_DISPUTES,
            amount=amount,
            reason=stated,
            excluded_organization_ids=hold.concerned_organizations(),
        )
        return holding, request
    await _divide(db, disputed, split, stated)
    return holding, None


async def approved(db: Unit, request: ApprovalRequest) -> None:
    """The ruling that a second member of staff has agreed to, if the hold is still frozen by the same dispute."""
    disputed = await _for_ruling(db, request.subject_id)
    hold, command = disputed.holding.hold, request.command
    hold.check("ruleEscrow", by=db.by)
    if command["freezeId"] != str(hold.freeze_id):
        raise wrong_state("The dispute that was ruled on is over; this is another one.", from_state="FROZEN")
    parts = (Money(command[part], command["currency"]) for part in ("freelancerMinor", "clientMinor"))
    await _divide(db, disputed, split_of(hold, disputed.waiting, *parts), request.reason or "")


async def _for_ruling(db: Unit, hold_id: UUID) -> Disputed:
    """Everything that a ruling may touch, locked in the written order; staff of either side have no part in it."""
    project, milestone = await escrow_holds.parts_of(db, hold_id)
    of_milestone = select(Task).where(tasks.c.milestone_id == milestone.id).order_by(tasks.c.position)
    its_tasks = (await db.session.scalars(of_milestone.with_for_update())).all()
    waiting = await escrow_holds.waiting_invoice(db, hold_id)
    payment = await escrow_holds.payment_of(db, hold_id)
    hold = await escrow_holds.locked(db, hold_id)
    await require_neutral(db, hold.concerned_organizations())
    holding = Holding(project=project, milestone=milestone, hold=hold)
    return Disputed(holding=holding, tasks=its_tasks, waiting=waiting, payment=payment)


async def _divide(db: Unit, disputed: Disputed, split: Split, rationale: str) -> None:
    """Bills and releases the freelancer's part, then gives the client's part back."""
    holding, waiting = disputed.holding, disputed.waiting
    freeze_id = holding.hold.freeze_id or holding.hold.id
    was_open = holding.milestone.status in OPEN_STATES
    rules.unfreeze(holding, waiting, "ruleEscrow", by=db.by, at=db.at)
    if waiting is None:
        await _bill_open(db, disputed, split)
    else:
        await _settle_waiting(db, holding, waiting, split, rationale)
    if split.client_minor:
        cause, by = MovementCause.RULING, db.by
        await escrow_releases.refund(
            db, holding, disputed.payment, split.client_minor, cause, freeze_id, rationale, by=by
        )
    if was_open and holding.milestone.status not in OPEN_STATES:
        await approval.complete_if_done(db, holding.project)


async def _bill_open(db: Unit, disputed: Disputed, split: Split) -> None:
    """The milestone of a hold that is used up ends: approved where anything was released, now or before."""
    project, milestone, hold = disputed.holding.project, disputed.holding.milestone, disputed.holding.hold
    advances = (await escrow_holds.unsettled_advances(db, [milestone.id]))[milestone.id]
    is_used_up = split.total_minor == hold.remaining_minor
    if is_used_up and await escrow_holds.has_unpaid_advance(db, milestone.id):
        raise wrong_state("An advance of the milestone is due again: it is paid first.", from_state="UNDERFUNDED")
    is_paid = bool(split.freelancer_minor or advances)
    part = part_of(milestone, hold, split.freelancer_minor)
    if is_used_up:
        # Whatever pays for nothing goes: the client's part, and what a bank may have taken before.
        given_back = milestone.amount_minor - part.agreed_minor - sum(one.agreed_minor or 0 for one in advances)
    else:
        given_back = hold.agreed_for(split.total_minor) - part.agreed_minor
    rules.take_off(project, milestone, given_back, keeps_some=is_paid or not is_used_up)
    kind = InvoiceKind.ADVANCE
    if is_used_up and is_paid:
        is_by_milestone = project.terms.invoicing_method is InvoicingMethod.MILESTONE
        kind = InvoiceKind.MILESTONE if is_by_milestone else InvoiceKind.INTERIM
        part = replace(part, agreed_minor=milestone.amount_minor, advances=advances)
        if milestone.status in OPEN_STATES:
            milestone.approve(ApprovedVia.RULING, by=SYSTEM, at=db.at)
    elif is_used_up:
        pending = await task_submissions.pending_of_milestone(db, milestone.id)
        rules.cancel(milestone, disputed.tasks, list(pending.values()), at=db.at)
    if part.total_minor:
        await escrow_releases.issue(db, kind, project, [part], MovementCause.RULING, by=db.by)


async def _settle_waiting(db: Unit, holding: Holding, waiting: Invoice, split: Split, rationale: str) -> None:
    """An invoice that is open already is credited by the client's part and paid with the freelancer's."""
    if split.client_minor:
        line = await escrow_holds.line_of(db, waiting.id, holding.milestone.id)
        wanted = Wanted(line_id=line, amount=Money(split.client_minor, waiting.currency))
        # While it waits for held money nobody else may credit it; the ruling decides over that money.
        waiting.awaits_release = False
        note = await credit_notes.draft(db, waiting, [wanted], rationale, by=SYSTEM)
        await credit_notes.issue(db, waiting, note, by=SYSTEM)
        waiting.awaits_release = waiting.status is InvoiceStatus.OPEN
    if split.freelancer_minor:
        holding.hold.release_minor = split.freelancer_minor
        await escrow_releases.pay_waiting(db, holding, waiting, MovementCause.RULING, by=db.by)
