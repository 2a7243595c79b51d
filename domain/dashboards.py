"""Dashboards: what an organization has before it at a moment, counted and summed up, each group for its own readers."""

from dataclasses import dataclass
from datetime import timedelta

from domain.amounts import Amount
from domain.money import Money

LATELY = timedelta(days=30)
"""How long an invoice counts among those that were paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardWork:
    """Work that is under way, by whom it waits for."""

    open_gigs: int
    proposals_received: int
    proposals_sent: int
    offers_received: int
    offers_sent: int
    active_projects: int
    milestones_to_approve: int
    milestones_to_submit: int
    milestones_awaiting_approval: int
    milestones_awaiting_submission: int
    open_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTotals:
    """Invoices of one side in one currency."""

    currency: str
    open_count: int
    open_minor: int
    overdue_count: int
    overdue_minor: int
    paid_count: int
    paid_minor: int

    open_amount, overdue_amount, paid_amount = Amount("open_minor"), Amount("overdue_minor"), Amount("paid_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardInvoices:
    """What is to come in, and what is to be paid."""

    issued: tuple[InvoiceTotals, ...]
    received: tuple[InvoiceTotals, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardMoney:
    """Money by currency, and what waits for a second person."""

    wallets: tuple[Money, ...]
    escrow: tuple[Money, ...]
    pending_approvals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The figures of an organization; None instead of a group that its reader may not know."""

    work: DashboardWork | None = None
    invoices: DashboardInvoices | None = None
    money: DashboardMoney | None = None
    credits: int | None = None
