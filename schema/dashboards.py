"""Dashboards as clients see and follow them."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import dashboards as domain
from resolvers import dashboards as resolve
from resolvers.context import Context
from schema.feeds import LiveMessage, object_feed
from schema.guarded import asks
from schema.ids import read_id
from schema.money import Money
from schema.scalars import Currency, Int64
from schema.shapes import plain, shows


@shows(domain.DashboardWork, "Work that is under way, by whom it waits for.")
class DashboardWork:
    open_gigs: int = plain("Your gigs that are OPEN.")
    proposals_received: int = plain("Proposals that wait for your answer: SUBMITTED or SHORTLISTED.")
    proposals_sent: int = plain("Your proposals that wait for a client's answer.")
    offers_received: int = plain("Proposals that are OFFERED to you: accept or decline them.")
    offers_sent: int = plain("Proposals that you have OFFERED.")
    active_projects: int = plain("Projects that are ACTIVE, on either side.")
    milestones_to_approve: int = plain("Milestones that are SUBMITTED to you.")
    milestones_to_submit: int = plain("Milestones that you work on: IN_PROGRESS or CHANGES_REQUESTED.")
    milestones_awaiting_approval: int = plain("Milestones that you have SUBMITTED.")
    milestones_awaiting_submission: int = plain("Milestones that a freelancer of yours works on.")
    open_tasks: int = plain("Tasks on either side that are neither APPROVED nor CANCELLED.")


@shows(domain.InvoiceTotals, "Invoices of one side in one currency.")
class InvoiceTotals:
    currency: Currency = plain("Their currency.")
    open_count: int = plain("How many are OPEN.")
    open_amount: Money = plain("What is still due on those.")
    overdue_count: int = plain("How many of them are overdue: dueOn is over in the issuer's time zone.")
    overdue_amount: Money = plain("What is still due on those.")
    paid_count: int = plain("How many became PAID in the last 30 days.")
    paid_amount: Money = plain("What was paid on those, whenever that was.")


@shows(domain.DashboardInvoices, "Invoices that are OPEN or were paid lately: totals of each currency there is.")
class DashboardInvoices:
    issued: list[InvoiceTotals] = plain("Those that the organization has issued: its receivables.")
    received: list[InvoiceTotals] = plain("Those that it has received: its payables.")


@shows(domain.DashboardMoney, "Money at Milepost, and what waits for a second person.")
class DashboardMoney:
    wallets: list[Money] = plain("What is available in the wallets, one of each currency.")
    escrow: list[Money] = plain("What is held for milestones on either side, by currency.")
    pending_approvals: int = plain("Approvals that wait for a member of the organization.")


@shows(
    domain.Dashboard,
    "What an organization has before it: figures counted from its rows at this moment, none of them stored. A group is"
    " null for whoever lacks its permission.",
)
class Dashboard:
    work: DashboardWork | None = plain("Gigs, proposals, projects and what belongs to them. Needs work:read.")
    invoices: DashboardInvoices | None = plain("What is to come in, and what is to be paid. Needs invoices:read.")
    money: DashboardMoney | None = plain("Wallets, held money and approvals. Needs money:read.")
    credits: Int64 | None = plain("Credits that are available. Needs credits:read.")


@shows(resolve.DashboardChange, "A message of the feed of a dashboard.")
class DashboardUpdate(LiveMessage):
    dashboard: Dashboard = plain("The figures as they are now, after a gap too.")


_WHO = "Needs one of the permissions work:read, invoices:read, money:read and credits:read"
_ORGANIZATION = Annotated[ID, strawberry.argument(description="Your active organization.")]


@strawberry.type
class DashboardQueries:
    @asks(
        resolve.READERS,
        f"The figures of your active organization, the one to name; null for any other. {_WHO}.",
        graphql_type=Dashboard | None,
    )
    async def dashboard(self, info: strawberry.Info[Context, None], organization_id: _ORGANIZATION) -> Any:
        return await resolve.dashboard(info.context, read_id(organization_id, "Organization", "organizationId"))


@strawberry.type
class DashboardFeeds:
    dashboard_updated = object_feed(
        resolve.dashboard_updated,
        "Organization",
        DashboardUpdate,
        "The figures of your active organization, the one to name, whenever events may have changed them: at most one"
        " message a second, which tells of the last event alone. What only time changes, such as what is overdue, is"
        f" not told. {_WHO}.",
        needs=resolve.READERS,
    )
