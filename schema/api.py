"""The one schema: Query and Mutation put together from the nouns, and the export of its SDL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.acceptance import AcceptanceMutations
from schema.api_keys import ApiKeyMutations, ApiKeyQueries
from schema.app_credit_budgets import AppCreditBudgetMutations, AppCreditBudgetQueries
from schema.app_installations import AppInstallationMutations, AppInstallationQueries
from schema.app_keys import AppKeyMutations
from schema.app_usage import AppUsageQueries
from schema.approval_requests import ApprovalMutations, ApprovalQueries, ApprovalRequest
from schema.apps import App, AppMutations, AppQueries
from schema.billing import BillingMutations, BillingQueries
from schema.books import BookQueries
from schema.cash_reconciliations import (
    CashReconciliation,
    CashReconciliationMutations,
    CashReconciliationQueries,
)
from schema.chargebacks import Chargeback, ChargebackMutations, ChargebackQueries
from schema.checkout_sessions import CheckoutSession, CheckoutSessionMutations
from schema.credit_accounts import CreditAccountMutations, CreditAccountQueries
from schema.credit_adjustments import CreditAdjustmentMutations, CreditAdjustmentQueries
from schema.credit_disputes import CreditDispute, CreditDisputeMutations, CreditDisputeQueries
from schema.credit_grants import CreditGrantMutations
from schema.credit_lots import CreditLotQueries
from schema.credit_notes import CreditNote, CreditNoteMutations, CreditNoteQueries
from schema.credit_overviews import CreditOverviewQueries
from schema.credit_packages import CreditPackageMutations, CreditPackageQueries
from schema.credit_promotions import CreditPromotionMutations, CreditPromotionQueries
from schema.credit_purchases import CreditPurchaseMutations, CreditPurchaseQueries
from schema.credit_settings import CreditSettingMutations
from schema.credit_tariffs import CreditTariffMutations, CreditTariffQueries
from schema.credit_transactions import CreditTransaction, CreditTransactionMutations, CreditTransactionQueries
from schema.credit_transfers import CreditTransferMutations
from schema.cross_app_sessions import CrossAppSessionMutations, CrossAppSessionQueries
from schema.customer_credits import CustomerCreditQueries
from schema.customers import Customer, CustomerMutations, CustomerQueries
from schema.dashboards import DashboardQueries
from schema.emails import EmailMutations
from schema.escrow import EscrowHold, EscrowMutations, EscrowQueries
from schema.exchange_rates import ExchangeRateMutations, ExchangeRateQueries
from schema.fee_policies import FeePolicyMutations, FeePolicyQueries
from schema.gig_invitations import GigInvitation, GigInvitationMutations, GigInvitationQueries
from schema.gigs import Gig, GigMutations, GigQueries
from schema.impersonations import ImpersonationMutations, ImpersonationQueries
from schema.inbound_webhooks import InboundWebhook, InboundWebhookMutations, InboundWebhookQueries
from schema.invitations import InvitationMutations, InvitationQueries
from schema.invoice_drafts import InvoiceDraftMutations, InvoiceDraftQueries
from schema.invoice_reminders import InvoiceReminderMutations
from schema.invoices import Invoice, InvoiceMutations, InvoiceQueries
from schema.ledger import LedgerQueries
from schema.ledger_adjustments import LedgerAdjustmentMutations
from schema.limits import limits
from schema.live import LiveQueries, Subscription
from schema.memberships import MembershipMutations, MembershipQueries
from schema.milestones import Milestone, MilestoneMutations
from schema.moderation import ModerationMutations
from schema.money_exceptions import MoneyException, MoneyExceptionMutations, MoneyExceptionQueries
from schema.nodes import NodeQueries, by_id
from schema.organizations import Organization, OrganizationMutations, OrganizationQueries
from schema.parking import ParkingMutations
from schema.passwords import PasswordMutations
from schema.pause_requests import PauseRequestMutations
from schema.payment_methods import PaymentMethodMutations, PaymentMethodQueries
from schema.payments import Payment, PaymentMutations, PaymentQueries
from schema.payout_methods import PayoutMethodMutations, PayoutMethodQueries
from schema.payout_schedules import PayoutScheduleMutations, PayoutScheduleQueries
from schema.payouts import Payout, PayoutMutations, PayoutQueries
from schema.permission_decisions import PermissionDecisionQueries
from schema.permission_matrix import PermissionMatrixQueries, rules_of
from schema.plans import PlanQueries
from schema.platform import PlatformMutations, PlatformQueries
from schema.profiles import ProfileMutations
from schema.projects import Project, ProjectMutations, ProjectQueries
from schema.proposals import Proposal, ProposalMutations, ProposalQueries
from schema.provider_accounts import ProviderAccount, ProviderAccountMutations, ProviderAccountQueries
from schema.purchases import Purchase, PurchaseMutations, PurchaseQueries
from schema.rate_limits import RateLimitMutations, RateLimitQueries
from schema.recorded_payments import RecordedPaymentMutations
from schema.refunds import Refund, RefundMutations, RefundQueries
from schema.release_policies import ReleasePolicyMutations, ReleasePolicyQueries
from schema.scalars import SCALARS
from schema.sessions import SessionMutations, SessionQueries
from schema.sign_ins import SignInMutations, SignInQueries
from schema.signing_keys import SigningKeyMutations
from schema.staff_corrections import StaffCorrectionMutations
from schema.staff_roles import StaffRoleMutations
from schema.tasks import Task, TaskMutations, TaskQueries
from schema.tax_types import TaxTypeMutations, TaxTypeQueries
from schema.two_factors import TwoFactorMutations
from schema.users import UserQueries
from schema.viewers import ViewerMutations, ViewerQueries
from schema.wallet_conversions import WalletConversionMutations
from schema.wallets import WalletQueries
from schema.webhooks import WebhookMutations, WebhookQueries
from schema.write_offs import WriteOffMutations


@strawberry.type(description="Reads. Lists are pages; what you may not see is not there.")
class Query(
    NodeQueries,
    ViewerQueries,
    RateLimitQueries,
    ImpersonationQueries,
    PermissionMatrixQueries,
    PermissionDecisionQueries,
    SessionQueries,
    SignInQueries,
    ApiKeyQueries,
    WebhookQueries,
    UserQueries,
    OrganizationQueries,
    MembershipQueries,
    InvitationQueries,
    PaymentMethodQueries,
    PaymentQueries,
    RefundQueries,
    PurchaseQueries,
    PayoutMethodQueries,
    PayoutQueries,
    PayoutScheduleQueries,
    AppQueries,
    AppInstallationQueries,
    AppUsageQueries,
    CrossAppSessionQueries,
    GigQueries,
    GigInvitationQueries,
    ProposalQueries,
    ProjectQueries,
    TaskQueries,
    PlanQueries,
    LiveQueries,
    CustomerQueries,
    TaxTypeQueries,
    InvoiceQueries,
    CreditNoteQueries,
    CreditPackageQueries,
    CreditPromotionQueries,
    CreditPurchaseQueries,
    CustomerCreditQueries,
    DashboardQueries,
    InvoiceDraftQueries,
    WalletQueries,
    FeePolicyQueries,
    ExchangeRateQueries,
    CreditOverviewQueries,
    CreditAdjustmentQueries,
    CreditDisputeQueries,
    AppCreditBudgetQueries,
    CreditAccountQueries,
    CreditLotQueries,
    CreditTransactionQueries,
    CreditTariffQueries,
    BillingQueries,
    LedgerQueries,
    BookQueries,
    EscrowQueries,
    ReleasePolicyQueries,
    ChargebackQueries,
    MoneyExceptionQueries,
    InboundWebhookQueries,
    ProviderAccountQueries,
    CashReconciliationQueries,
    ApprovalQueries,
    PlatformQueries,
):
    organization: Organization | None = by_id("Organization", Organization, "An organization by its id.")
    app: App | None = by_id("App", App, "An app by its id.")
    gig: Gig | None = by_id("Gig", Gig, "A gig by its id.")
    gig_invitation: GigInvitation | None = by_id("GigInvitation", GigInvitation, "An invitation to a gig by its id.")
    project: Project | None = by_id("Project", Project, "A project by its id.")
    milestone: Milestone | None = by_id("Milestone", Milestone, "A milestone by its id.")
    task: Task | None = by_id("Task", Task, "A task by its id.")
    proposal: Proposal | None = by_id("Proposal", Proposal, "A proposal by its id.")
    customer: Customer | None = by_id("Customer", Customer, "A customer of your organization by its id.")
    invoice: Invoice | None = by_id("Invoice", Invoice, "An invoice by its id.")
    escrow_hold: EscrowHold | None = by_id("EscrowHold", EscrowHold, "A hold by its id.")
    payment: Payment | None = by_id("Payment", Payment, "A payment by its id.")
    refund: Refund | None = by_id("Refund", Refund, "A refund by its id.")
    purchase: Purchase | None = by_id("Purchase", Purchase, "A purchase by its id.")
    checkout_session: CheckoutSession | None = by_id("CheckoutSession", CheckoutSession, "A checkout by its id.")
    credit_note: CreditNote | None = by_id("CreditNote", CreditNote, "A credit note by its id.")
    credit_transaction: CreditTransaction | None = by_id(
        "CreditTransaction", CreditTransaction, "A movement of credits by its id."
    )
    chargeback: Chargeback | None = by_id("Chargeback", Chargeback, "A chargeback by its id.")
    provider_account: ProviderAccount | None = by_id(
        "ProviderAccount", ProviderAccount, "An account at a provider by its id."
    )
    money_exception: MoneyException | None = by_id("MoneyException", MoneyException, "A money exception by its id.")
    inbound_webhook: InboundWebhook | None = by_id("InboundWebhook", InboundWebhook, "An inbound webhook by its id.")
    cash_reconciliation: CashReconciliation | None = by_id(
        "CashReconciliation", CashReconciliation, "A reconciliation by its id."
    )
    credit_dispute: CreditDispute | None = by_id("CreditDispute", CreditDispute, "A credit dispute by its id.")
    payout: Payout | None = by_id("Payout", Payout, "A payout by its id.")
    approval: ApprovalRequest | None = by_id("ApprovalRequest", ApprovalRequest, "An approval by its id.")


@strawberry.type(description="Transitions. Each commits completely or returns a Refusal and changes nothing.")
class Mutation(
    ViewerMutations,
    SignInMutations,
    PasswordMutations,
    EmailMutations,
    TwoFactorMutations,
    SessionMutations,
    ApiKeyMutations,
    WebhookMutations,
    ProfileMutations,
    OrganizationMutations,
    MembershipMutations,
    StaffRoleMutations,
    ModerationMutations,
    ImpersonationMutations,
    InvitationMutations,
    PaymentMethodMutations,
    PaymentMutations,
    RefundMutations,
    CheckoutSessionMutations,
    PurchaseMutations,
    PayoutMethodMutations,
    PayoutMutations,
    PayoutScheduleMutations,
    WalletConversionMutations,
    AppMutations,
    AppInstallationMutations,
    AppKeyMutations,
    CrossAppSessionMutations,
    SigningKeyMutations,
    GigMutations,
    GigInvitationMutations,
    ProposalMutations,
    AcceptanceMutations,
    ProjectMutations,
    PauseRequestMutations,
    MilestoneMutations,
    TaskMutations,
    CustomerMutations,
    TaxTypeMutations,
    InvoiceDraftMutations,
    InvoiceReminderMutations,
    InvoiceMutations,
    CreditNoteMutations,
    CreditPackageMutations,
    CreditPromotionMutations,
    CreditPurchaseMutations,
    WriteOffMutations,
    RecordedPaymentMutations,
    EscrowMutations,
    ReleasePolicyMutations,
    ChargebackMutations,
    MoneyExceptionMutations,
    InboundWebhookMutations,
    ProviderAccountMutations,
    CashReconciliationMutations,
    StaffCorrectionMutations,
    ParkingMutations,
    ApprovalMutations,
    LedgerAdjustmentMutations,
    FeePolicyMutations,
    ExchangeRateMutations,
    CreditSettingMutations,
    CreditAdjustmentMutations,
    CreditDisputeMutations,
    AppCreditBudgetMutations,
    CreditAccountMutations,
    CreditTransactionMutations,
    CreditGrantMutations,
    CreditTransferMutations,
    CreditTariffMutations,
    BillingMutations,
    RateLimitMutations,
    PlatformMutations,
):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=limits(),
)
# An operation that nobody said who may use is never served, nor exported.
rules_of(schema)


def sdl() -> str:
    """The schema as text, the way it is checked in."""
    return schema.as_str() + "\n"
