"""Which domain class is which table: mapped from outside, so that the domain knows nothing of SQL."""

from functools import cache

from sqlalchemy.orm import registry, relationship

from domain.account_requests import AccountRequest
from domain.api_keys import ApiKey
from domain.app_codes import AppCode, AppUser
from domain.app_installations import AppInstallation
from domain.approval_requests import ApprovalRequest
from domain.apps import App
from domain.audit_entries import AuditEntry
from domain.audit_exports import AuditExport, AuditExportPart
from domain.cash_findings import FoundOfRun
from domain.cash_reconciliations import CashReconciliation
from domain.chargebacks import Chargeback
from domain.credit_note_lines import CreditNoteLine
from domain.credit_notes import CreditNote
from domain.cross_app_sessions import CrossAppSession
from domain.customer_credits import CustomerCredit
from domain.customers import Customer
from domain.escrow_holds import EscrowHold
from domain.escrow_invoices import AdvanceApplication
from domain.exchange_rates import ExchangeRate
from domain.fee_tiers import FeeTier
from domain.fees import FeePolicy
from domain.files import File
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
from domain.jobs import Job
from domain.ledger_export_parts import LedgerExportPart
from domain.ledger_exports import LedgerExport
from domain.ledger_records import LedgerAccount, LedgerEntry, LedgerTransfer
from domain.memberships import Membership
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
from domain.projects import Project
from domain.proposals import Proposal
from domain.provider_accounts import ProviderAccount
from domain.provider_reports import ProviderReport, ProviderReportLine
from domain.rate_limit_settings import RateLimitSetting
from domain.recorded_payments import RecordedPayment
from domain.refresh_tokens import RefreshToken
from domain.refunds import Refund, RefundAttempt
from domain.release_policies import ReleasePolicy
from domain.scheduled_runs import ScheduledRun
from domain.sessions import Session
from domain.sign_in_challenges import SignInChallenge
from domain.sign_ins import SignInEvent
from domain.signing_keys import SigningKey
from domain.task_submissions import TaskSubmission
from domain.tasks import Task
from domain.taxes import TaxType
from domain.two_factors import RecoveryCode, TwoFactor
from domain.users import User
from domain.wallet_conversions import WalletConversion
from domain.wallets import Wallet
from domain.webhook_deliveries import DeliveryAttempt, WebhookDelivery
from domain.webhook_endpoints import WebhookEndpoint
from domain.write_offs import WriteOffTolerance
from persistence.billing_mapping import BILLING_PLAIN, BILLING_VERSIONED
from persistence.notification_mapping import NOTIFICATION_TABLES
from persistence.tables import (
    approvals,
    apps,
    audit,
    credentials,
    credit_notes,
    escrow,
    exchange,
    exports,
    fees,
    files,
    identity,
    invoicing,
    keys,
    limits,
    losses,
    metadata,
    money,
    operations,
    outbound_webhooks,
    payouts,
    platform,
    projects,
    providers,
    reconciliation,
    refunds,
    rights,
    webhooks,
    work,
)

PLAIN = {
    **BILLING_PLAIN,
    **NOTIFICATION_TABLES,
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
    AdvanceApplication: escrow.advance_applications,
    LedgerAccount: money.ledger_accounts,
    LedgerTransfer: money.ledger_transfers,
    LedgerEntry: money.ledger_entries,
    LedgerExportPart: exports.ledger_export_parts,
    Wallet: money.ledger_accounts,
    CustomerCredit: money.ledger_accounts,
    MoneyThreshold: approvals.money_thresholds,
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
    AuditExportPart: audit.audit_export_parts,
    DeliveryAttempt: outbound_webhooks.webhook_attempts,
}

VERSIONED = {
    **BILLING_VERSIONED,
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
    WebhookEndpoint: outbound_webhooks.webhook_endpoints,
    WebhookDelivery: outbound_webhooks.webhook_deliveries,
    Job: platform.outbox_reactions,
    ScheduledRun: operations.scheduled_runs,
    Refund: refunds.refunds,
    CreditNote: credit_notes.credit_notes,
    ApprovalRequest: approvals.approval_requests,
    File: files.files,
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
