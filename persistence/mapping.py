"""Which domain class is which table: mapped from outside, so that the domain knows nothing of SQL."""

from functools import cache

from sqlalchemy.orm import registry, relationship

from domain.account_requests import AccountRequest
from domain.api_keys import ApiKey
from domain.app_codes import AppCode, AppUser
from domain.app_credit_budgets import AppCreditBudget
from domain.app_installations import AppInstallation
from domain.approval_requests import ApprovalRequest
from domain.apps import App
from domain.audit_entries import AuditEntry
from domain.audit_exports import AuditExport, AuditExportPart
from domain.billing_subscriptions import BillingSubscription
from domain.cash_findings import FoundOfRun
from domain.cash_reconciliations import CashReconciliation
from domain.chargebacks import Chargeback
from domain.checkout_sessions import CheckoutSession
from domain.contracts import Contract
from domain.credit_accounts import CreditAccount
from domain.credit_adjustments import CreditAdjustment
from domain.credit_disputes import CreditDispute
from domain.credit_lots import CreditLot
from domain.credit_note_lines import CreditNoteLine
from domain.credit_notes import CreditNote
from domain.credit_packages import CreditPackage
from domain.credit_prices import CreditUnitPrice
from domain.credit_promotions import CreditPromotion
from domain.credit_purchases import CreditPurchase
from domain.credit_summaries import CreditSummary
from domain.credit_tariffs import CreditTariff
from domain.credit_transactions import CreditConsumption, CreditTransaction
from domain.cross_app_sessions import CrossAppSession
from domain.customer_credits import CustomerCredit
from domain.customers import Customer
from domain.dunning import DunningAttempt
from domain.entitlement_grants import EntitlementGrant
from domain.escrow_holds import EscrowHold
from domain.escrow_invoices import AdvanceApplication
from domain.exchange_rates import ExchangeRate
from domain.feature_promotions import FeaturePromotion
from domain.features import Feature
from domain.fee_tiers import FeeTier
from domain.fees import FeePolicy
from domain.gig_categories import GigCategory
from domain.gig_invitations import GigInvitation
from domain.gigs import Gig
from domain.history import HistoryEntry
from domain.hold_movements import HoldMovement
from domain.impersonations import Impersonation
from domain.inbound_webhooks import InboundWebhook
from domain.invitations import Invitation
from domain.invoice_conversions import InvoiceConversion
from domain.invoice_lines import InvoiceLine
from domain.invoice_reminders import InvoiceReminder
from domain.invoices import Invoice
from domain.ledger_export_parts import LedgerExportPart
from domain.ledger_exports import LedgerExport
from domain.ledger_records import LedgerAccount, LedgerEntry, LedgerTransfer
from domain.memberships import Membership
from domain.meters import Meter
from domain.milestones import Milestone
from domain.money_exceptions import MoneyException
from domain.money_thresholds import MoneyThreshold
from domain.one_time_tokens import OneTimeToken
from domain.organizations import Organization
from domain.pause_requests import PauseRequest
from domain.payment_attempts import PaymentAttempt
from domain.payment_methods import PaymentMethod
from domain.payments import Payment
from domain.payout_methods import PayoutMethod
from domain.payout_schedules import PayoutOccurrence, PayoutSchedule
from domain.payouts import Payout, PayoutAttempt
from domain.permission_overrides import PermissionOverride
from domain.portal_sessions import PortalSession
from domain.price_experiments import ExperimentAssignment, PriceExperiment
from domain.prices import Price
from domain.products import Product, ProductFeature
from domain.projects import Project
from domain.promotion_redemptions import PromotionRedemption
from domain.proposals import Proposal
from domain.proration_lines import ProrationLine
from domain.provider_accounts import ProviderAccount
from domain.provider_reports import ProviderReport, ProviderReportLine
from domain.purchases import Purchase
from domain.rate_limit_settings import RateLimitSetting
from domain.recorded_payments import RecordedPayment
from domain.refresh_tokens import RefreshToken
from domain.refunds import Refund, RefundAttempt
from domain.release_policies import ReleasePolicy
from domain.sales import Sale
from domain.scheduled_changes import ScheduledChange
from domain.seat_assignments import SeatAssignment
from domain.sessions import Session
from domain.sign_in_challenges import SignInChallenge
from domain.sign_ins import SignInEvent
from domain.signing_keys import SigningKey
from domain.subscription_items import SubscriptionItem
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import Plan
from domain.subscription_standings import SubscriptionStanding
from domain.task_submissions import TaskSubmission
from domain.tasks import Task
from domain.taxes import TaxType
from domain.two_factors import RecoveryCode, TwoFactor
from domain.usage_events import UsageEvent
from domain.users import User
from domain.wallet_conversions import WalletConversion
from domain.wallets import Wallet
from domain.write_offs import WriteOffTolerance
from persistence.tables import (
    approvals,
    apps,
    audit,
    catalogue,
    checkouts,
    credentials,
    credit_control,
    credit_notes,
    credit_sales,
    credits,
    entitlements,
    escrow,
    exchange,
    experiments,
    exports,
    fees,
    identity,
    invoicing,
    keys,
    limits,
    losses,
    metadata,
    money,
    payouts,
    platform,
    projects,
    providers,
    reconciliation,
    refunds,
    rights,
    sales,
    subscription_changes,
    subscriptions,
    usage,
    webhooks,
    work,
)

PLAIN = {
    GigCategory: work.gig_categories,
    OneTimeToken: identity.one_time_tokens,
    Session: identity.sessions,
    SignInEvent: identity.sign_in_events,
    RefreshToken: credentials.refresh_tokens,
    TwoFactor: credentials.two_factors,
    RecoveryCode: credentials.recovery_codes,
    SignInChallenge: credentials.sign_in_challenges,
    AccountRequest: credentials.account_requests,
    TaskSubmission: projects.task_submissions,
    InvoiceLine: invoicing.invoice_lines,
    InvoiceReminder: invoicing.invoice_reminders,
    FeeTier: fees.fee_tiers,
    ExchangeRate: exchange.exchange_rates,
    InvoiceConversion: exchange.invoice_conversions,
    PaymentAttempt: money.payment_attempts,
    PayoutAttempt: payouts.payout_attempts,
    PayoutOccurrence: payouts.payout_occurrences,
    RefundAttempt: refunds.refund_attempts,
    CreditNoteLine: credit_notes.credit_note_lines,
    HoldMovement: escrow.hold_movements,
    CreditConsumption: credits.credit_consumptions,
    AdvanceApplication: escrow.advance_applications,
    LedgerAccount: money.ledger_accounts,
    LedgerTransfer: money.ledger_transfers,
    LedgerEntry: money.ledger_entries,
    LedgerExportPart: exports.ledger_export_parts,
    Wallet: money.ledger_accounts,
    CustomerCredit: money.ledger_accounts,
    MoneyThreshold: approvals.money_thresholds,
    CreditTariff: credit_control.credit_tariffs,
    CreditSummary: credit_control.credit_summaries,
    WriteOffTolerance: losses.write_off_tolerances,
    RateLimitSetting: limits.rate_limit_settings,
    AppCode: apps.app_codes,
    AppUser: apps.app_users,
    SigningKey: apps.signing_keys,
    HistoryEntry: platform.status_changes,
    ProviderReport: reconciliation.provider_reports,
    ProviderReportLine: reconciliation.provider_report_lines,
    FoundOfRun: reconciliation.cash_findings,
    AuditEntry: audit.audit_entries,
    ProductFeature: catalogue.product_features,
    UsageEvent: usage.usage_events,
    ExperimentAssignment: experiments.experiment_assignments,
    AuditExportPart: audit.audit_export_parts,
    PortalSession: checkouts.portal_sessions,
    SubscriptionItem: subscriptions.subscription_items,
    DunningAttempt: subscriptions.dunning_attempts,
    SubscriptionStanding: subscriptions.subscription_standings,
    ProrationLine: subscription_changes.proration_lines,
}

VERSIONED = {
    User: identity.users,
    Organization: identity.organizations,
    Membership: identity.memberships,
    PermissionOverride: rights.permission_overrides,
    Impersonation: rights.impersonations,
    Invitation: identity.invitations,
    ApiKey: keys.api_keys,
    App: apps.apps,
    AppInstallation: apps.app_installations,
    CrossAppSession: apps.cross_app_sessions,
    Gig: work.gigs,
    GigInvitation: work.gig_invitations,
    Proposal: work.proposals,
    Project: projects.projects,
    Milestone: projects.milestones,
    Task: projects.tasks,
    PauseRequest: projects.pause_requests,
    TaxType: invoicing.tax_types,
    FeePolicy: fees.fee_policies,
    Feature: catalogue.features,
    Product: catalogue.products,
    Plan: catalogue.plans,
    Price: catalogue.prices,
    Meter: usage.meters,
    PriceExperiment: experiments.price_experiments,
    Customer: invoicing.customers,
    Invoice: invoicing.invoices,
    PaymentMethod: money.payment_methods,
    Payment: money.payments,
    LedgerExport: exports.ledger_exports,
    AuditExport: audit.audit_exports,
    EscrowHold: escrow.escrow_holds,
    ReleasePolicy: escrow.release_policies,
    PayoutMethod: payouts.payout_methods,
    Payout: payouts.payouts,
    PayoutSchedule: payouts.payout_schedules,
    WalletConversion: payouts.wallet_conversions,
    RecordedPayment: losses.recorded_payments,
    Chargeback: losses.chargebacks,
    MoneyException: losses.money_exceptions,
    ProviderAccount: providers.provider_accounts,
    CashReconciliation: reconciliation.cash_reconciliations,
    InboundWebhook: webhooks.inbound_webhooks,
    Refund: refunds.refunds,
    Sale: sales.sales,
    CheckoutSession: checkouts.checkout_sessions,
    Purchase: checkouts.purchases,
    EntitlementGrant: entitlements.entitlement_grants,
    FeaturePromotion: entitlements.feature_promotions,
    CreditNote: credit_notes.credit_notes,
    CreditAccount: credits.credit_accounts,
    CreditLot: credits.credit_lots,
    CreditPackage: credit_sales.credit_packages,
    CreditUnitPrice: credit_sales.credit_unit_prices,
    CreditPromotion: credit_sales.credit_promotions,
    PromotionRedemption: credit_sales.promotion_redemptions,
    CreditPurchase: credit_sales.credit_purchases,
    CreditTransaction: credits.credit_transactions,
    ApprovalRequest: approvals.approval_requests,
    AppCreditBudget: credit_control.app_credit_budgets,
    CreditDispute: credit_control.credit_disputes,
    CreditAdjustment: credit_control.credit_adjustments,
    BillingSubscription: subscriptions.billing_subscriptions,
    SubscriptionPeriod: subscriptions.subscription_periods,
    ScheduledChange: subscription_changes.scheduled_changes,
    SeatAssignment: subscription_changes.seat_assignments,
    Contract: subscription_changes.contracts,
}


@cache
def map_domain() -> registry:
    """Maps every domain class, once per process."""
    mapper = registry(metadata=metadata)
    for plain, table in PLAIN.items():
        mapper.map_imperatively(plain, table)
    for versioned, table in VERSIONED.items():
        parts = {"lines": _lines(versioned)} if versioned in _LINES else {}
        mapper.map_imperatively(versioned, table, version_id_col=table.c.version, properties=parts)
    return mapper


_LINES = {Invoice: InvoiceLine, CreditNote: CreditNoteLine}


def _lines(document: type) -> object:
    """A document's own parts: the only relationship() there is; between aggregates there are ids."""
    line = _LINES[document]
    return relationship(line, order_by=PLAIN[line].c.position, lazy="raise", cascade="all, delete-orphan")
