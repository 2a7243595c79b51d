"""Fetching any object by its id, with the viewer's rights."""

from typing import Any
from uuid import UUID

from persistence.api_keys import API_KEYS
from persistence.app_credit_budgets import APP_CREDIT_BUDGETS
from persistence.app_installations import APP_INSTALLATIONS
from persistence.approval_requests import APPROVALS
from persistence.apps import APPS
from persistence.audit_entries import AUDIT_ENTRIES
from persistence.audit_exports import AUDIT_EXPORTS
from persistence.cash_reconciliations import CASH_RECONCILIATIONS
from persistence.catalogue import FEATURES, METERS, PLANS, PRICES, PRODUCTS
from persistence.chargebacks import CHARGEBACKS
from persistence.checkout_sessions import CHECKOUT_SESSIONS
from persistence.contracts import CONTRACTS
from persistence.credit_accounts import CREDIT_ACCOUNTS
from persistence.credit_adjustments import CREDIT_ADJUSTMENTS
from persistence.credit_disputes import CREDIT_DISPUTES
from persistence.credit_lots import CREDIT_LOTS
from persistence.credit_notes import CREDIT_NOTE_LINES, CREDIT_NOTES
from persistence.credit_packages import CREDIT_PACKAGES
from persistence.credit_promotions import CREDIT_PROMOTIONS, PROMOTION_REDEMPTIONS
from persistence.credit_purchases import CREDIT_PURCHASES
from persistence.credit_transactions import CREDIT_TRANSACTIONS
from persistence.cross_app_sessions import CROSS_APP_SESSIONS
from persistence.customer_credits import CUSTOMER_CREDITS
from persistence.customers import CUSTOMERS
from persistence.entitlement_grants import GRANTS
from persistence.escrow_edges import HOLD_MOVEMENTS
from persistence.escrow_holds import ESCROW_HOLDS
from persistence.feature_promotions import PROMOTIONS
from persistence.fee_policies import FEE_POLICIES
from persistence.files import FILES
from persistence.gig_invitations import GIG_INVITATIONS
from persistence.gigs import GIG_CATEGORIES, GIGS
from persistence.impersonations import IMPERSONATIONS
from persistence.inbound_webhooks import INBOUND_WEBHOOKS
from persistence.invitations import INVITATIONS
from persistence.invoice_reminders import REMINDERS
from persistence.invoices import INVOICE_LINES, INVOICES
from persistence.jobs import JOBS
from persistence.ledger_accounts import LEDGER_ACCOUNTS
from persistence.ledger_exports import LEDGER_EXPORTS
from persistence.ledger_transfers import LEDGER_TRANSFERS
from persistence.memberships import MEMBERSHIPS
from persistence.milestones import MILESTONES
from persistence.money_exceptions import MONEY_EXCEPTIONS
from persistence.notifications import NOTIFICATIONS
from persistence.organizations import ORGANIZATIONS
from persistence.owed_charges import OWED_CHARGES
from persistence.pause_requests import PAUSE_REQUESTS
from persistence.payment_methods import PAYMENT_METHODS
from persistence.payments import PAYMENTS
from persistence.payout_methods import PAYOUT_METHODS
from persistence.payout_schedules import PAYOUT_SCHEDULES
from persistence.payouts import PAYOUTS
from persistence.permission_overrides import OVERRIDES
from persistence.price_experiments import EXPERIMENTS
from persistence.projects import PROJECTS
from persistence.proposals import PROPOSALS
from persistence.provider_accounts import PROVIDER_ACCOUNTS
from persistence.provider_reports import REPORT_LINES
from persistence.purchases import PURCHASES
from persistence.push_devices import PUSH_DEVICES
from persistence.reconciliation_runs import RUNS as RECONCILIATION_RUNS
from persistence.recorded_payments import RECORDED_PAYMENTS
from persistence.refunds import REFUNDS
from persistence.release_policies import RELEASE_POLICIES
from persistence.scheduled_changes import SCHEDULED_CHANGES
from persistence.scheduled_runs import SCHEDULED_RUNS
from persistence.seat_assignments import SEATS
from persistence.sessions import SESSIONS
from persistence.sign_ins import SIGN_INS
from persistence.subscription_periods import PERIODS
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.task_submissions import TASK_SUBMISSIONS
from persistence.tasks import TASKS
from persistence.tax_types import TAX_TYPES
from persistence.usage import USAGE_EVENTS
from persistence.users import USERS
from persistence.wallet_conversions import WALLET_CONVERSIONS
from persistence.wallets import WALLETS
from persistence.webhook_deliveries import WEBHOOK_DELIVERIES
from persistence.webhook_endpoints import WEBHOOK_ENDPOINTS
from planner.edges import One, Source
from resolvers.context import Context

SOURCES: dict[str, Source] = {
    "Proposal": PROPOSALS,
    "Gig": GIGS,
    "GigCategory": GIG_CATEGORIES,
    "GigInvitation": GIG_INVITATIONS,
    "ApprovalRequest": APPROVALS,
    "LedgerAccount": LEDGER_ACCOUNTS,
    "LedgerExport": LEDGER_EXPORTS,
    "AuditEntry": AUDIT_ENTRIES,
    "Notification": NOTIFICATIONS,
    "PushDevice": PUSH_DEVICES,
    "AuditExport": AUDIT_EXPORTS,
    "LedgerTransfer": LEDGER_TRANSFERS,
    "Organization": ORGANIZATIONS,
    "Payment": PAYMENTS,
    "Refund": REFUNDS,
    "Purchase": PURCHASES,
    "CheckoutSession": CHECKOUT_SESSIONS,
    "CreditNote": CREDIT_NOTES,
    "CreditNoteLine": CREDIT_NOTE_LINES,
    "CreditPackage": CREDIT_PACKAGES,
    "CreditPromotion": CREDIT_PROMOTIONS,
    "PromotionRedemption": PROMOTION_REDEMPTIONS,
    "CreditPurchase": CREDIT_PURCHASES,
    "CustomerCredit": CUSTOMER_CREDITS,
    "CreditAccount": CREDIT_ACCOUNTS,
    "CreditLot": CREDIT_LOTS,
    "CreditTransaction": CREDIT_TRANSACTIONS,
    "EscrowHold": ESCROW_HOLDS,
    "HoldMovement": HOLD_MOVEMENTS,
    "ReleasePolicy": RELEASE_POLICIES,
    "Chargeback": CHARGEBACKS,
    "MoneyException": MONEY_EXCEPTIONS,
    "InboundWebhook": INBOUND_WEBHOOKS,
    "Job": JOBS,
    "ScheduledRun": SCHEDULED_RUNS,
    "WebhookEndpoint": WEBHOOK_ENDPOINTS,
    "WebhookDelivery": WEBHOOK_DELIVERIES,
    "ProviderAccount": PROVIDER_ACCOUNTS,
    "CashReconciliation": CASH_RECONCILIATIONS,
    "ReconciliationRun": RECONCILIATION_RUNS,
    "ProviderReportLine": REPORT_LINES,
    "RecordedPayment": RECORDED_PAYMENTS,
    "PaymentMethod": PAYMENT_METHODS,
    "User": USERS,
    "Wallet": WALLETS,
    "PayoutMethod": PAYOUT_METHODS,
    "Payout": PAYOUTS,
    "PayoutSchedule": PAYOUT_SCHEDULES,
    "WalletConversion": WALLET_CONVERSIONS,
    "Membership": MEMBERSHIPS,
    "PermissionOverride": OVERRIDES,
    "Impersonation": IMPERSONATIONS,
    "Invitation": INVITATIONS,
    "Session": SESSIONS,
    "App": APPS,
    "AppInstallation": APP_INSTALLATIONS,
    "CrossAppSession": CROSS_APP_SESSIONS,
    "ApiKey": API_KEYS,
    "SignInEvent": SIGN_INS,
    "Project": PROJECTS,
    "Milestone": MILESTONES,
    "Task": TASKS,
    "TaskSubmission": TASK_SUBMISSIONS,
    "PauseRequest": PAUSE_REQUESTS,
    "Customer": CUSTOMERS,
    "TaxType": TAX_TYPES,
    "Invoice": INVOICES,
    "InvoiceLine": INVOICE_LINES,
    "InvoiceReminder": REMINDERS,
    "FeePolicy": FEE_POLICIES,
    "AppCreditBudget": APP_CREDIT_BUDGETS,
    "CreditAdjustment": CREDIT_ADJUSTMENTS,
    "CreditDispute": CREDIT_DISPUTES,
    "EntitlementGrant": GRANTS,
    "FeaturePromotion": PROMOTIONS,
    "Feature": FEATURES,
    "Product": PRODUCTS,
    "Plan": PLANS,
    "Price": PRICES,
    "Meter": METERS,
    "UsageEvent": USAGE_EVENTS,
    "PriceExperiment": EXPERIMENTS,
    "BillingSubscription": SUBSCRIPTIONS,
    "SubscriptionPeriod": PERIODS,
    "ScheduledChange": SCHEDULED_CHANGES,
    "SeatAssignment": SEATS,
    "Contract": CONTRACTS,
    "OwedCharge": OWED_CHARGES,
    "File": FILES,
}
_BY_ID = {name: One(source, "id") for name, source in SOURCES.items()}


class _Key:
    """A parent that is nothing but an id."""

    def __init__(self, id_: UUID) -> None:
        self.id = id_


async def node(context: Context, type_name: str, id_: UUID) -> Any:
    """The object, or None when there is none or the viewer may not see it."""
    edge = _BY_ID.get(type_name)
    return None if edge is None else await context.loaders.one(edge, _Key(id_))
