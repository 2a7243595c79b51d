"""Global ids: `<prefix>_<32 hex>` of a UUID, where the prefix names the type."""

import re
from uuid import UUID

from domain.refusals import Problem, invalid_fields

PREFIXES = {
    "Gig": "gig",
    "GigCategory": "cat",
    "GigInvitation": "giv",
    "Proposal": "prp",
    "Project": "prj",
    "Milestone": "mst",
    "Task": "tsk",
    "TaskSubmission": "sbm",
    "PauseRequest": "psr",
    "Organization": "org",
    "User": "usr",
    "Membership": "mbr",
    "PermissionOverride": "pov",
    "Impersonation": "imp",
    "Invitation": "ivt",
    "Session": "ses",
    "App": "app",
    "AppInstallation": "ain",
    "CrossAppSession": "cas",
    "ApiKey": "key",
    "SignInEvent": "sie",
    "Customer": "cus",
    "TaxType": "tax",
    "Invoice": "inv",
    "CreditNote": "crn",
    "CreditNoteLine": "cnl",
    "CreditPackage": "cpk",
    "CreditPromotion": "cpm",
    "PromotionRedemption": "prm",
    "CreditPurchase": "cpu",
    "CustomerCredit": "ccr",
    "CreditAccount": "cra",
    "CreditLot": "clo",
    "CreditTransaction": "ctr",
    "InvoiceLine": "inl",
    "InvoiceReminder": "rem",
    "PaymentMethod": "pmt",
    "Payment": "pay",
    "Refund": "rfd",
    "Purchase": "pur",
    "CheckoutSession": "chk",
    "EscrowHold": "esc",
    "HoldMovement": "hmv",
    "ReleasePolicy": "rpl",
    "RecordedPayment": "rpm",
    "Chargeback": "chb",
    "MoneyException": "mex",
    "InboundWebhook": "iwh",
    "ProviderAccount": "pva",
    "CashReconciliation": "crc",
    "ReconciliationRun": "rcr",
    "ProviderReportLine": "prl",
    "ApprovalRequest": "apr",
    "LedgerTransfer": "ltr",
    "LedgerAccount": "lac",
    "Wallet": "wal",
    "PayoutMethod": "pom",
    "Payout": "out",
    "PayoutSchedule": "pos",
    "WalletConversion": "wcv",
    "FeePolicy": "fee",
    "LedgerExport": "lex",
    "Feature": "ftr",
    "Product": "prd",
    "Plan": "pln",
    "Price": "prc",
    "Meter": "mtr",
    "UsageEvent": "use",
    "PriceExperiment": "pex",
    "EntitlementGrant": "egr",
    "FeaturePromotion": "fpr",
    "BillingSubscription": "sub",
    "SubscriptionPeriod": "spd",
    "ScheduledChange": "sch",
    "SeatAssignment": "sea",
    "Contract": "ctc",
    "OwedCharge": "owe",
    "AppCreditBudget": "acb",
    "CreditAdjustment": "cad",
    "CreditDispute": "cdp",
    "AuditEntry": "aud",
    "AuditExport": "aex",
    "WebhookEndpoint": "weh",
    "WebhookDelivery": "wdl",
    "Notification": "ntf",
    "PushDevice": "pdv",
    "File": "fil",
    "Job": "job",
    "ScheduledRun": "srn",
}
TYPES = {prefix: name for name, prefix in PREFIXES.items()}


def global_id(type_name: str, id_: UUID) -> str:
    return f"{PREFIXES[type_name]}_{id_.hex}"


_DIGITS = re.compile("[0-9a-f]{32}")


def read_id(text: str, type_name: str, *path: str) -> UUID:
    """The UUID behind a global id of that type; refuses INVALID for anything else."""
    prefix, _, digits = text.partition("_")
    if prefix != PREFIXES[type_name] or _DIGITS.fullmatch(digits) is None:
        problem = Problem(path, f"Give the id of a {type_name}: {PREFIXES[type_name]}_ and 32 hex digits.")
        raise invalid_fields([problem])
    return UUID(int=int(digits, 16))


def read_any_id(text: str, *path: str) -> tuple[str, UUID]:
    """The type name and UUID of any global id."""
    type_name = TYPES.get(text.partition("_")[0])
    if type_name is None:
        raise invalid_fields([Problem(path, "This is no id of Milepost.")])
    return type_name, read_id(text, type_name, *path)
