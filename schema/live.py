"""Subscriptions: feeds of events that resume by cursor."""

from typing import Annotated, Any

import strawberry

from domain.checks import Checks
from resolvers import live as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from resolvers.kept_events import EventPage as Page
from resolvers.kept_events import kept_events
from resolvers.live import Update
from schema.approval_requests import ApprovalRequest
from schema.apps import App
from schema.cash_reconciliations import CashReconciliation
from schema.connections import one
from schema.credit_feeds import CreditFeeds
from schema.dashboards import DashboardFeeds
from schema.entitlement_feeds import EntitlementFeeds
from schema.escrow import EscrowHold
from schema.feeds import AFTER, LiveMessage, object_feed
from schema.file_feeds import FileFeeds
from schema.gigs import Gig
from schema.guarded import asks, guarded
from schema.invoices import Invoice
from schema.memberships import Membership
from schema.notifications import NotificationFeeds
from schema.payments import Payment
from schema.projects import Project
from schema.scalars import Cursor
from schema.shapes import plain, shows
from schema.subscriptions import BillingSubscription
from schema.usage_feeds import UsageFeeds
from schema.wallets import Wallet

MAX_TYPES = 50

_TYPES = Annotated[
    list[str] | None, strawberry.argument(description="Only events of these types, at most 50. Left out: all.")
]

_BEHIND = Annotated[
    Cursor | None, strawberry.argument(description="The cursor of the last event you have seen. Left out: the oldest.")
]
_FIRST = Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")]


@shows(Update, "A message of a gig's feed.")
class GigActivity(LiveMessage):
    gig: Gig | None = one(resolve.GIG, Gig, "The gig as you may see it now; null once you may not.")


@shows(Update, "A message of a project's feed.")
class ProjectActivity(LiveMessage):
    project: Project | None = one(resolve.PROJECT, Project, "The project as you may see it now; null once you may not.")


@shows(Update, "A message of the feed of an organization's invoices.")
class InvoiceUpdate(LiveMessage):
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice as you may see it now; null after a gap.")


@shows(Update, "A message of a payment's feed.")
class PaymentUpdate(LiveMessage):
    payment: Payment | None = one(resolve.PAYMENT, Payment, "The payment as you may see it now; null once you may not.")


@shows(Update, "A message of the feed of an organization's wallets.")
class WalletUpdate(LiveMessage):
    wallet: Wallet | None = one(resolve.WALLET, Wallet, "The wallet as you may see it now; null after a gap.")


@shows(Update, "A message of the feed of an organization's held money.")
class EscrowUpdate(LiveMessage):
    hold: EscrowHold | None = one(resolve.HOLD, EscrowHold, "The hold as you may see it now; null after a gap.")


@shows(Update, "A message of the feed of an organization's subscriptions.")
class SubscriptionUpdate(LiveMessage):
    subscription: BillingSubscription | None = one(
        resolve.SUBSCRIPTION, BillingSubscription, "The subscription as you may see it now; null after a gap."
    )


@shows(Update, "A message of the feed of an organization's members.")
class MembershipUpdate(LiveMessage):
    membership: Membership | None = one(
        resolve.MEMBERSHIP, Membership, "The membership as you may see it now; null after a gap."
    )


@shows(Update, "A message of the feed of an organization's approvals.")
class ApprovalUpdate(LiveMessage):
    approval: ApprovalRequest | None = one(
        resolve.APPROVAL, ApprovalRequest, "The approval as you may see it now; null after a gap."
    )


@shows(Update, "A message of a reconciliation's feed.")
class CashReconciliationUpdate(LiveMessage):
    reconciliation: CashReconciliation | None = one(
        resolve.RECONCILIATION, CashReconciliation, "The reconciliation as it is now; null once you may not see it."
    )


@shows(Update, "A message of an app's feed.")
class AppStatusUpdate(LiveMessage):
    app: App | None = one(resolve.APP, App, "The app as you may see it now; null once you may not.")


@shows(Update, "A message of an organization's feed of events.")
class EventActivity(LiveMessage):
    pass


async def _events(info: strawberry.Info[Context, None], after: AFTER = None, types: _TYPES = None) -> Any:
    return await resolve.events(info.context, after, _known(types))


def _known(types: list[str] | None) -> tuple[str, ...] | None:
    checks = Checks()
    checks.texts("types", types or [], most=MAX_TYPES, length=100)
    checks.refuse()
    return None if types is None else tuple(types)


@strawberry.type(
    description="Live feeds over graphql-transport-ws and server-sent events. Rights are checked again as events come."
)
class Subscription(CreditFeeds, DashboardFeeds, EntitlementFeeds, FileFeeds, NotificationFeeds, UsageFeeds):
    gig_activity = object_feed(
        resolve.gig_activity,
        "Gig",
        GigActivity,
        "What happens to a gig you may see and to what belongs to it, as far as it concerns your organization. Needs"
        " the permission work:read.",
        needs=resolve.WORK_READERS,
    )

    project_activity = object_feed(
        resolve.project_activity,
        "Project",
        ProjectActivity,
        "What happens to a project of yours, its milestones, tasks and invoices. Needs the permission work:read.",
        needs=resolve.WORK_READERS,
    )
    invoice_updated = object_feed(
        resolve.invoice_updated,
        "Organization",
        InvoiceUpdate,
        "What happens to the invoices that your active organization, the one to name, issues or receives. Needs the"
        " permission invoices:read.",
        needs=resolve.INVOICE_READERS,
    )

    payment_updated = object_feed(
        resolve.payment_updated,
        "Payment",
        PaymentUpdate,
        "What happens to a payment you may see and to its refunds. Needs the permission money:read.",
        needs=resolve.MONEY_READERS,
    )
    wallet_changed = object_feed(
        resolve.wallet_changed,
        "Organization",
        WalletUpdate,
        "What comes into the wallets of your active organization, the one to name, and what leaves them. Needs the"
        " permission money:read.",
        needs=resolve.MONEY_READERS,
    )
    escrow_changed = object_feed(
        resolve.escrow_changed,
        "Organization",
        EscrowUpdate,
        "What happens to the held money of your active organization, the one to name, on either side. Needs the"
        " permission money:read.",
        needs=resolve.MONEY_READERS,
    )
    subscription_updated = object_feed(
        resolve.subscription_updated,
        "Organization",
        SubscriptionUpdate,
        "What happens to the subscriptions of your active organization, the one to name: trials, payments, changes and"
        " ends. Needs the permission billing:read.",
        needs=resolve.BILLING_READERS,
    )
    membership_changed = object_feed(
        resolve.membership_changed,
        "Organization",
        MembershipUpdate,
        "Who joins your active organization, the one to name, who leaves it, and whose role changes. Needs the"
        " permission members:read.",
        needs=resolve.MEMBER_READERS,
    )
    approval_requested = object_feed(
        resolve.approval_requested,
        "Organization",
        ApprovalUpdate,
        "Approvals that are asked of your active organization, the one to name, or by it: when they are requested and"
        " when they are decided. Staff name the platform's. Needs the permission money:approve, staff:money, or"
        " staff:disputes for rulings.",
        needs=resolve.APPROVERS,
    )

    cash_reconciliation_progress = object_feed(
        resolve.cash_reconciliation_progress,
        "CashReconciliation",
        CashReconciliationUpdate,
        "How far a reconciliation is, from phase to phase and every 5000 lines. Needs the permission staff:money.",
        needs=resolve.RECONCILERS,
    )
    app_status_changed = object_feed(
        resolve.app_status_changed,
        "App",
        AppStatusUpdate,
        "What happens to an app: to its owner all that is decided about it, to those who have installed it that it is"
        " suspended, goes on or is over. Needs the permission apps:install, apps:develop or staff:apps.",
        needs=resolve.APP_READERS,
    )

    events = strawberry.subscription(
        resolver=guarded(resolve.ORGANIZATION_READERS, _events),
        graphql_type=EventActivity,
        description="Everything that concerns your active organization. Needs the permission org:read.",
        metadata={"needs": resolve.ORGANIZATION_READERS},
    )


@shows(Page, "Events that are kept, in the order in which they happened.")
class EventPage:
    nodes: list[EventActivity] = plain("The events; each message has the cursor behind it.")
    end_cursor: Cursor = plain("Pass it as `after` for those behind these, or to the feed of events to go on live.")
    has_next_page: bool = plain("Whether more follow already.")
    gap: bool = plain(
        "True where `after` is older than 90 days: what happened right behind it is gone, and this begins with the"
        " oldest that is kept."
    )


@strawberry.type
class LiveQueries:
    @asks(
        resolve.ORGANIZATION_READERS,
        "What concerned your active organization in the last 90 days, oldest first. Needs the permission org:read.",
        graphql_type=EventPage,
    )
    async def events(
        self, info: strawberry.Info[Context, None], after: _BEHIND = None, types: _TYPES = None, first: _FIRST = 20
    ) -> object:
        return await kept_events(info.context, after, _known(types), first)

    @asks(
        Needs.VERIFIED,
        "Where all live feeds stand now. Ask for it first, then read, then subscribe with it as `after`:"
        " nothing that happens in between is missed.",
    )
    async def live_cursor(self, info: strawberry.Info[Context, None]) -> Cursor:
        return Cursor(await resolve.live_cursor(info.context))
