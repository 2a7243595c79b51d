"""Queries of holds: who sees them, their locks in the written order, and what belongs to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, false, func, or_, select, true

from domain.actors import SYSTEM, Actor
from domain.escrow_funding import Holding, Missing
from domain.escrow_holds import HOLDING, LIVE_STATES, EscrowHold, HoldStatus
from domain.hold_movements import MovementCause, MovementKind
from domain.invoice_lines import InvoiceLine
from domain.invoices import Invoice, InvoiceKind, InvoiceStatus
from domain.milestones import Milestone
from domain.payments import Payment, PaymentState
from domain.permissions import Permission
from domain.projects import Project
from domain.refusals import not_found, wrong_state
from persistence.database import Database
from persistence.tables.escrow import advance_applications, escrow_holds, hold_movements
from persistence.tables.invoicing import invoice_lines, invoices
from persistence.tables.money import payments
from persistence.tables.projects import milestones, projects
from persistence.unit import Unit
from planner.edges import Condition, Source


def visible_to(viewer: Actor) -> Condition:
    """Both sides, for those who may read their money; staff for money and for disputes see all."""
    if viewer.may(Permission.STAFF_MONEY) or viewer.may(Permission.STAFF_DISPUTES):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    mine = viewer.organization_id
    return or_(escrow_holds.c.client_organization_id == mine, escrow_holds.c.freelancer_organization_id == mine)


ESCROW_HOLDS = Source(EscrowHold, escrow_holds, visible_to)


async def parts_of(db: Unit, hold_id: UUID) -> tuple[Project, Milestone]:
    """Project and milestone of a visible hold, locked; the hold itself comes later, see `locked`."""
    visible = select(escrow_holds.c.project_id, escrow_holds.c.milestone_id).where(
        escrow_holds.c.id == hold_id, visible_to(db.by)
    )
    found = (await db.session.execute(visible)).one_or_none()
    if found is None:
        raise not_found("hold", "holdId")
    project = select(Project).where(projects.c.id == found.project_id).with_for_update()
    milestone = select(Milestone).where(milestones.c.id == found.milestone_id).with_for_update()
    return (await db.session.scalars(project)).one(), (await db.session.scalars(milestone)).one()


async def for_change(db: Unit, hold_id: UUID) -> Holding:
    """A visible hold with its project and milestone, where neither its invoice nor its payment is needed."""
    project, milestone = await parts_of(db, hold_id)
    return Holding(project=project, milestone=milestone, hold=await locked(db, hold_id))


async def locked(db: Unit, hold_id: UUID) -> EscrowHold:
    statement = select(EscrowHold).where(escrow_holds.c.id == hold_id).with_for_update()
    return (await db.session.scalars(statement)).one()


async def waiting_invoice(db: Unit, hold_id: UUID) -> Invoice | None:
    """The open invoice that waits for the hold's release, locked before the hold."""
    waits = select(escrow_holds.c.release_invoice_id).where(escrow_holds.c.id == hold_id)
    statement = select(Invoice).where(invoices.c.id == waits.scalar_subquery()).with_for_update()
    return (await db.session.scalars(statement)).one_or_none()


async def is_awaited(db: Unit, invoice_id: UUID) -> bool:
    """Whether a hold still waits to pay an invoice."""
    await db.flush()
    waiting = exists().where(escrow_holds.c.release_invoice_id == invoice_id)
    return (await db.session.execute(select(waiting))).scalar_one()


async def payment_of(db: Unit, hold_id: UUID) -> Payment | None:
    """The payment that funded it, locked before the hold; None where a wallet did."""
    of_hold = (payments.c.hold_id == hold_id, payments.c.status == PaymentState.SUCCEEDED)
    return (await db.session.scalars(select(Payment).where(*of_hold).with_for_update())).one_or_none()


async def for_cancellation(
    db: Unit, project: Project, ended: Collection[UUID]
) -> Sequence[tuple[EscrowHold, Payment | None]]:
    """The holds of the milestones that end with their project, each with its payment; all of the project are locked.

    Refuses while money is on its way into one, or a dispute freezes one.
    """
    mine = select(escrow_holds.c.id).where(
        escrow_holds.c.project_id == project.id, escrow_holds.c.status.in_(LIVE_STATES)
    )
    ids = (await db.session.scalars(mine.order_by(escrow_holds.c.id))).all()
    funded_by = [await payment_of(db, id_) for id_ in ids]
    holds = [await locked(db, id_) for id_ in ids]
    given_back = [one for one in zip(holds, funded_by, strict=True) if one[0].milestone_id in ended]
    for hold, _ in given_back:
        if hold.status is HoldStatus.PENDING:
            message = "A milestone is being funded; wait for the outcome of that payment."
            raise wrong_state(message, from_state=project.status.name)
        hold.check("refundEscrow", by=SYSTEM)
    return given_back


async def for_billing(db: Unit, milestone_ids: Collection[UUID]) -> Mapping[UUID, EscrowHold]:
    """By milestone the hold that its invoice takes tax and fee from, locked: the live one, else the released one."""
    statement = select(EscrowHold).where(
        escrow_holds.c.milestone_id.in_(milestone_ids),
        escrow_holds.c.status.in_((*HOLDING, HoldStatus.RELEASED)),
    )
    found = await db.session.scalars(statement.order_by(escrow_holds.c.id).with_for_update())
    by_milestone: dict[UUID, EscrowHold] = {}
    for hold in found:
        earlier = by_milestone.get(hold.milestone_id)
        if earlier is None or earlier.status not in HOLDING:
            by_milestone[hold.milestone_id] = hold
    return by_milestone


async def unsettled_advances(db: Unit, milestone_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Invoice]]:
    """By milestone what was paid of it in advance and no invoice has settled yet, oldest first."""
    settled = exists().where(advance_applications.c.advance_id == invoices.c.id)
    statement = select(Invoice).where(
        invoices.c.milestone_id.in_(milestone_ids),
        invoices.c.kind == InvoiceKind.ADVANCE,
        invoices.c.status == InvoiceStatus.PAID,
        invoices.c.paid_minor > 0,
        ~settled,
    )
    found: dict[UUID | None, list[Invoice]] = defaultdict(list)
    for advance in await db.session.scalars(statement.order_by(invoices.c.id)):
        found[advance.milestone_id].append(advance)
    return {id_: found[id_] for id_ in milestone_ids}


async def has_unpaid_advance(db: Unit, milestone_id: UUID) -> bool:
    """Whether an advance of it is due again, because the payer's bank took back what had paid it."""
    of_milestone = (invoices.c.milestone_id == milestone_id, invoices.c.kind == InvoiceKind.ADVANCE)
    unpaid = exists().where(*of_milestone, invoices.c.status.in_((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)))
    return (await db.session.execute(select(unpaid))).scalar_one()


async def line_of(db: Unit, invoice_id: UUID, milestone_id: UUID) -> UUID:
    """The line of an invoice that bills a milestone."""
    lines = invoice_lines.c
    statement = select(InvoiceLine).where(lines.invoice_id == invoice_id, lines.milestone_id == milestone_id)
    return (await db.session.scalars(statement)).one().id


async def due_for_release(database: Database, now: datetime) -> Sequence[UUID]:
    """Holds whose waiting release may go by now, in the order in which they became due."""
    hold = escrow_holds.c
    statement = select(hold.id).where(
        hold.scheduled_release_at <= now,
        hold.awaits_approval.is_(False),
        hold.awaits_clearance.is_(False),
        hold.frozen_at.is_(None),
        hold.charged_back_at.is_(None),
    )
    async with database.reader() as session:
        return (await session.scalars(statement.order_by(hold.scheduled_release_at, hold.id))).all()


async def missing(db: Unit, milestone_id: UUID) -> Missing | None:
    """What is gone of the newest hold that had money, but for what a ruling or a cancellation gave back."""
    holds, movements = escrow_holds.c, hold_movements.c
    newest = select(holds.id).where(holds.milestone_id == milestone_id, holds.funded_at.is_not(None))
    newest = newest.order_by(holds.funded_at.desc(), holds.id.desc()).limit(1)
    statement = (
        select(EscrowHold, func.sum(movements.amount_minor), func.sum(movements.agreed_minor))
        .join(hold_movements, movements.hold_id == holds.id)
        .where(
            holds.id == newest.scalar_subquery(),
            movements.kind == MovementKind.REFUND,
            movements.cause.in_((MovementCause.FREELANCER, MovementCause.CHARGEBACK)),
        )
        .group_by(holds.id)
    )
    row = (await db.session.execute(statement)).one_or_none()
    return None if row is None else Missing(hold=row[0], amount_minor=int(row[1]), agreed_minor=int(row[2]))
