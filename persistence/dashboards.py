"""The figures of dashboards: one statement counts and sums them up from rows, whatever an organization has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.approval_requests import ApprovalStatus
from domain.credit_accounts import unlapsed
from domain.dashboards import LATELY, Dashboard, DashboardInvoices, DashboardMoney, DashboardWork, InvoiceTotals
from domain.escrow_holds import HOLDING
from domain.gigs import GigStatus
from domain.invoices import InvoiceStatus
from domain.ledger import AccountCode
from domain.milestones import MilestoneStatus
from domain.money import Money
from domain.permissions import Permission
from domain.projects import ProjectStatus
from domain.proposals import ProposalStatus
from domain.tasks import NOT_ENDED
from persistence import wallets
from persistence.database import Database
from persistence.invoices import overdue
from persistence.tables.approvals import approval_requests
from persistence.tables.credits import credit_accounts
from persistence.tables.escrow import escrow_holds
from persistence.tables.invoicing import invoices
from persistence.tables.money import ledger_accounts
from persistence.tables.projects import milestones, projects, tasks
from persistence.tables.work import gigs, proposals
from planner.sharing import Tellings

Figures = ColumnElement[Any]
"""Figures of one group, as JSON."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that need the same permission: how they are read at an instant, and what they become."""

    needs: Permission
    figures: Callable[[UUID, datetime], Figures]
    shown: Callable[[Any, datetime], Any]


def _work(own: UUID, at: datetime) -> Figures:
    proposed, stone = proposals.c.status, milestones.c.status
    received, sent = proposals.c.client_organization_id == own, proposals.c.freelancer_organization_id == own
    is_clients, is_ours = milestones.c.client_organization_id == own, milestones.c.freelancer_organization_id == own
    handed_in = proposed.in_((ProposalStatus.SUBMITTED, ProposalStatus.SHORTLISTED))
    offered, to_approve = proposed == ProposalStatus.OFFERED, stone == MilestoneStatus.SUBMITTED
    to_submit = stone.in_((MilestoneStatus.IN_PROGRESS, MilestoneStatus.CHANGES_REQUESTED))
    return _object(
        open_gigs=_count(gigs.c.organization_id == own, gigs.c.status == GigStatus.OPEN),
        proposals_received=_count(received, handed_in),
        proposals_sent=_count(sent, handed_in),
        offers_received=_count(sent, offered),
        offers_sent=_count(received, offered),
        active_projects=_count(_on_a_side(projects, own), projects.c.status == ProjectStatus.ACTIVE),
        milestones_to_approve=_count(is_clients, to_approve),
        milestones_to_submit=_count(is_ours, to_submit),
        milestones_awaiting_approval=_count(is_ours, to_approve),
        milestones_awaiting_submission=_count(is_clients, to_submit),
        open_tasks=_count(_on_a_side(tasks, own), tasks.c.status.in_(NOT_ENDED)),
    )


def _invoices(own: UUID, at: datetime) -> Figures:
    return _object(
        issued=_totals(invoices.c.issuer_id == own, at), received=_totals(invoices.c.recipient_id == own, at)
    )


def _totals(is_ours: ColumnElement[bool], at: datetime) -> Figures:
    one = invoices.c
    is_open, is_paid = one.status == InvoiceStatus.OPEN, one.status == InvoiceStatus.PAID
    counted = {
        "open": (one.amount_due_minor, is_open),
        "overdue": (one.amount_due_minor, overdue(True, at)),
        "paid": (one.paid_minor, is_paid),
    }
    figures: list[ColumnElement[Any]] = []
    for name, (minor, fits) in counted.items():
        total = func.coalesce(func.sum(minor).filter(fits), 0)
        figures += func.count().filter(fits).label(f"{name}_count"), total.label(f"{name}_minor")
    matters = or_(is_open, and_(is_paid, one.paid_at > at - LATELY))
    return _by_currency(select(one.currency, *figures).where(is_ours, matters).group_by(one.currency))


def _money(own: UUID, at: datetime) -> Figures:
    account, hold, request = ledger_accounts.c, escrow_holds.c, approval_requests.c
    available = select(account.currency, wallets.AVAILABLE.expression(ledger_accounts).label("minor")).where(
        account.organization_id == own, account.code == AccountCode.WALLET_AVAILABLE
    )
    held = select(hold.currency, func.sum(hold.remaining_minor).label("minor")).where(
        _on_a_side(escrow_holds, own), hold.status.in_(HOLDING)
    )
    return _object(
        wallets=_by_currency(available),
        escrow=_by_currency(held.group_by(hold.currency)),
        pending_approvals=_count(request.organization_id == own, request.status == ApprovalStatus.PENDING),
    )


def _credits(own: UUID, at: datetime) -> Figures:
    account = credit_accounts.c
    figures = _object(available=account.available, lapses=account.lapses)
    return select(figures).where(account.organization_id == own).scalar_subquery()


def _on_a_side(table: Any, own: UUID) -> ColumnElement[bool]:
    return or_(table.c.client_organization_id == own, table.c.freelancer_organization_id == own)


def _count(*conditions: ColumnElement[bool]) -> Figures:
    return select(func.count()).where(*conditions).scalar_subquery()


def _by_currency(statement: Select[Any]) -> Figures:
    """The rows of a statement as a list of objects."""
    found = statement.subquery()
    each = aggregate_order_by(func.to_jsonb(found.table_valued()), found.c.currency)
    return select(func.coalesce(func.jsonb_agg(each), func.jsonb_build_array())).scalar_subquery()


def _object(**figures: ColumnElement[Any]) -> Figures:
    return func.jsonb_build_object(*(one for figure in figures.items() for one in figure), type_=JSONB)


def _invoices_of(found: dict[str, Any], at: datetime) -> DashboardInvoices:
    return DashboardInvoices(**{side: tuple(InvoiceTotals(**row) for row in rows) for side, rows in found.items()})


def _money_of(found: dict[str, Any], at: datetime) -> DashboardMoney:
    return DashboardMoney(
        wallets=_amounts(found["wallets"]),
        escrow=_amounts(found["escrow"]),
        pending_approvals=found["pending_approvals"],
    )


def _amounts(rows: list[dict[str, Any]]) -> tuple[Money, ...]:
    return tuple(Money(row["minor"], row["currency"]) for row in rows)


GROUPS: Mapping[str, Group] = {
    "work": Group(Permission.WORK_READ, _work, lambda found, at: DashboardWork(**found)),
    "invoices": Group(Permission.INVOICES_READ, _invoices, _invoices_of),
    "money": Group(Permission.MONEY_READ, _money, _money_of),
    "credits": Group(Permission.CREDITS_READ, _credits, lambda found, at: unlapsed(**found, now=at)),
}
"""The groups of a dashboard, by name."""
READERS = tuple(group.needs for group in GROUPS.values())


async def read(session: AsyncSession, viewer: Actor, organization_id: UUID, at: datetime) -> Dashboard:
    """What an organization has before it, as far as the viewer may know it."""
    groups = {name: group for name, group in GROUPS.items() if viewer.may(group.needs)}
    figures = (group.figures(organization_id, at).label(name) for name, group in groups.items())
    found = (await session.execute(select(*figures))).one()._mapping
    return Dashboard(**{name: group.shown(found[name], at) for name, group in groups.items()})


class Dashboards:
    """Reads what is told live: once for all who ask at the same time behind the same event, with the same rights."""

    def __init__(self, database: Database) -> None:
        self._database, self._readings = database, Tellings()

    async def behind(self, position: int, viewer: Actor, organization_id: UUID, now: datetime) -> Dashboard:
        """The figures as they are, with all that happened up to a position at least."""
        what = position, organization_id, tuple(map(viewer.may, READERS))
        with self._readings.of(what) as reading:
            found: Dashboard = await reading.once(what, lambda: self._read(viewer, organization_id, now))
        return found

    async def _read(self, viewer: Actor, organization_id: UUID, now: datetime) -> Dashboard:
        async with self._database.reader() as session:
            return await read(session, viewer, organization_id, now)
