"""Queries of projects: who sees which, the locks of the verbs, and the lists."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from domain import schedules
from domain.actors import SYSTEM
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.milestones import FundingStatus, Milestone
from domain.payment_methods import PaymentMethodStatus
from domain.payments import LIVE_STATES
from domain.projects import Project, ProjectStatus
from domain.tasks import Task
from domain.terms import FundingMode
from persistence import budgets, payment_methods, project_invoices
from persistence.database import Database
from persistence.gigs import GIGS
from persistence.organizations import ORGANIZATIONS
from persistence.proposals import PROPOSALS
from persistence.sides import on_side, visible_to_sides
from persistence.tables.invoicing import invoices
from persistence.tables.money import payment_methods as methods
from persistence.tables.money import payments
from persistence.tables.projects import milestones, projects, tasks
from persistence.texts import contains
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

visible_to = visible_to_sides(projects)
_FUNDED = (FundingStatus.FUNDED, FundingStatus.PARTIALLY_RELEASED, FundingStatus.RELEASED)
_FIRST_FUNDED = and_(milestones.c.position == 1, milestones.c.funding_status.in_(_FUNDED))
PROJECTS = Source(Project, projects, visible_to)

GIG = One(GIGS, "gig_id")
PROPOSAL = One(PROPOSALS, "proposal_id")
OF_PROPOSAL = One(PROJECTS, "id", column="proposal_id")
CLIENT = One(ORGANIZATIONS, "client_organization_id")
FREELANCER = One(ORGANIZATIONS, "freelancer_organization_id")


def due_or_never(column: ColumnElement[date | None]) -> ColumnElement[Any]:
    """A date to sort by, named like the property that holds it: what has none comes last."""
    return func.coalesce(column, date.max).label("due_or_never_on")


LIST = Connection(
    PROJECTS,
    orders={
        "CREATED_AT": projects.c.created_at,
        "TITLE": projects.c.title,
        "NUMBER": projects.c.number,
        "DUE_ON": due_or_never(projects.c.due_on),
    },
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: projects.c.status.in_(values),
        "gig_id": lambda id_: projects.c.gig_id == id_,
        "text": lambda text: contains(text, projects.c.title),
        "side": on_side(projects),
        "due_from": lambda day: projects.c.due_on >= day,
        "due_to": lambda day: projects.c.due_on <= day,
        "is_archived": lambda is_archived: projects.c.archived_at.is_not(None) == is_archived,
    },
)


async def for_change(db: Unit, project_id: UUID) -> Project:
    """A visible project, locked until the transaction ends."""
    return await db.require(_locked(project_id).where(visible_to(db.by)), "project", "projectId")


async def locked(db: Unit, project_id: UUID) -> Project:
    """A project that is known to be there, locked until the transaction ends."""
    return (await db.session.scalars(_locked(project_id))).one()


def _locked(project_id: UUID) -> Select[Project]:
    return select(Project).where(projects.c.id == project_id).with_for_update()


async def parts_for_change(db: Unit, project_id: UUID) -> tuple[Sequence[Milestone], Sequence[Task]]:
    """All milestones in their order, and all tasks, locked after the project."""
    found = await db.session.scalars(
        select(Milestone).where(milestones.c.project_id == project_id).order_by(milestones.c.position).with_for_update()
    )
    parts = await db.session.scalars(
        select(Task).where(tasks.c.project_id == project_id).order_by(tasks.c.id).with_for_update()
    )
    return found.all(), parts.all()


async def activate_if_ready(db: Unit, project_id: UUID) -> bool:
    """Activates a project that has all it needs (rule W9); true when this made it ACTIVE."""
    project = await locked(db, project_id)
    if project.status is not ProjectStatus.PENDING_ACTIVATION or await missing_for_activation(db, project):
        return False
    milestones_, tasks_ = await parts_for_change(db, project_id)
    paid = await budgets.paid_minor(db, project_id)
    schedules.activate(project, milestones_, tasks_, paid_minor=paid, by=SYSTEM, at=db.at)
    return True


async def missing_for_activation(db: Unit, project: Project) -> list[str]:
    """What stands between a project and its activation, in words."""
    missing = []
    if project.upfront_minor > 0 and not await project_invoices.upfront_is_paid(db, project.id):
        missing.append("the upfront invoice is not paid")
    if project.terms.funding_mode is FundingMode.ESCROW:
        if not await _first_is_funded(db, project.id):
            missing.append("its first milestone is not funded")
    elif await payment_methods.default_of(db, project.client_organization_id, project.currency) is None:
        missing.append(f"the client has no active default payment method in {project.currency}")
    return missing


async def _first_is_funded(db: Unit, project_id: UUID) -> bool:
    return bool(await db.session.scalar(select(exists().where(milestones.c.project_id == project_id, _FIRST_FUNDED))))


async def due_for_activation(database: Database) -> Sequence[UUID]:
    """Projects that wait for nothing any more, oldest first."""
    has_method = exists().where(
        methods.c.organization_id == projects.c.client_organization_id,
        methods.c.currency == projects.c.currency,
        methods.c.is_default,
        methods.c.status == PaymentMethodStatus.ACTIVE,
    )
    is_paid = exists().where(
        invoices.c.project_id == projects.c.id,
        invoices.c.kind == InvoiceKind.UPFRONT,
        invoices.c.status == InvoiceStatus.PAID,
    )
    is_funded = exists().where(milestones.c.project_id == projects.c.id, _FIRST_FUNDED)
    is_escrow = projects.c.terms["funding_mode"].as_string() == FundingMode.ESCROW.value
    can_pay = or_(and_(is_escrow, is_funded), and_(~is_escrow, has_method))
    return await _pending(database, can_pay, or_(projects.c.upfront_minor == 0, is_paid))


async def due_for_lapse(database: Database, created_before: datetime) -> Sequence[UUID]:
    """Projects that have waited too long, oldest first; those with money on its way wait for its outcome."""
    is_being_paid = exists().where(payments.c.invoice_id == invoices.c.id, payments.c.status.in_(LIVE_STATES))
    has_live_payment = exists().where(invoices.c.project_id == projects.c.id, is_being_paid)
    is_being_funded = exists().where(
        milestones.c.project_id == projects.c.id, milestones.c.funding_status == FundingStatus.FUNDING
    )
    return await _pending(database, projects.c.created_at <= created_before, ~has_live_payment, ~is_being_funded)


async def _pending(database: Database, *conditions: Condition) -> Sequence[UUID]:
    pending = projects.c.status == ProjectStatus.PENDING_ACTIVATION
    async with database.reader() as session:
        found = await session.scalars(select(projects.c.id).where(pending, *conditions).order_by(projects.c.created_at))
        return found.all()
