"""Tables of payments and the ledger."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.attempts import AttemptState
from domain.currencies import CREDIT
from domain.ledger import CHART, KEY_PARTS, AccountCode, AccountSide, PostingKind, TransferSource
from domain.payment_attempts import CaptureMode
from domain.payment_methods import PaymentMethodKind, PaymentMethodStatus, Provider
from domain.payments import PaymentSource, PaymentState, PaymentTrigger
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

payment_methods = Table(
    "payment_methods",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("kind", one_of(PaymentMethodKind, "kind"), nullable=False),
    Column("token", Text, nullable=False),
    Column("customer", Text),
    Column("label", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("expires_on", Date),
    Column("is_default", Boolean, nullable=False),
    Column("status", one_of(PaymentMethodStatus, "status"), nullable=False),
    *lifecycle(),
)
Index(
    "uq_payment_methods_default",
    payment_methods.c.organization_id,
    payment_methods.c.currency,
    unique=True,
    postgresql_where=text("is_default AND status = 'ACTIVE'"),
)

payments = Table(
    "payments",
    metadata,
    key(),
    ref("invoice_id", "invoices", optional=True, index=True),
    ref("hold_id", "escrow_holds", optional=True, index=True),
    ref("sale_id", "sales", optional=True, index=True),
    ref("payer_id", "organizations", index=True),
    ref("issuer_id", "organizations", index=True),
    Column("source", one_of(PaymentSource, "source"), nullable=False),
    ref("method_id", "payment_methods", optional=True),
    Column("provider", one_of(Provider, "provider")),
    Column("capture_mode", one_of(CaptureMode, "capture_mode"), nullable=False),
    minor("capture_minor", optional=True),
    minor("amount_minor"),
    minor("captured_minor"),
    minor("refunded_minor"),
    Column("currency", Text, nullable=False),
    Column("trigger", one_of(PaymentTrigger, "trigger"), nullable=False),
    Column("failure_code", Text),
    Column("next_action_url", Text),
    Column("act_by", Instant),
    Column("return_url", Text),
    Column("cancel_asked_at", Instant),
    Column("paid_at", Instant),
    Column("next_ask_at", Instant),
    Column("asked", Integer, nullable=False),
    Column("unknown_since", Instant),
    Column("status", one_of(PaymentState, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("amount_minor >= 1 AND captured_minor >= 0", name="amount"),
    CheckConstraint(
        "(source = 'METHOD') = (provider IS NOT NULL) AND (method_id IS NULL OR source = 'METHOD')"
        " AND (source = 'METHOD' OR status = 'SUCCEEDED')",
        name="from",
    ),
    CheckConstraint("capture_minor BETWEEN 1 AND amount_minor", name="capture"),
    CheckConstraint(
        "CASE WHEN sale_id IS NULL THEN num_nonnulls(invoice_id, hold_id) = 1"
        " ELSE hold_id IS NULL AND source = 'METHOD' AND (invoice_id IS NULL OR status = 'SUCCEEDED') END",
        name="pays_one_thing",
    ),
    CheckConstraint("refunded_minor >= 0 AND refunded_minor <= captured_minor", name="refunded"),
)
Index(
    "uq_payments_live",
    payments.c.invoice_id,
    unique=True,
    postgresql_where=text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')"),
)
Index(
    "uq_payments_live_for_hold",
    payments.c.hold_id,
    unique=True,
    postgresql_where=text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')"),
)
Index(
    "uq_payments_live_for_sale",
    payments.c.sale_id,
    unique=True,
    postgresql_where=text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')"),
)
Index(
    "ix_payments_unfinished",
    payments.c.status,
    payments.c.next_ask_at,
    postgresql_where=text("status IN ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'UNKNOWN')"),
)

payment_attempts = Table(
    "payment_attempts",
    metadata,
    key(),
    ref("payment_id", "payments"),
    Column("number", Integer, nullable=False),
    Column("status", one_of(AttemptState, "status"), nullable=False),
    Column("provider_id", Text, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("not_found_at", Instant),
    Column("returned", Text),
    Column("asked_at", Instant),
    Column("known_at", Instant),
    Column("answer", JSONB, nullable=False),
    Index("uq_payment_attempts_number", "payment_id", "number", unique=True),
)


def _as_charted() -> str:
    """The chart of accounts as a condition: side, guard, unit and key of every account are those of its code."""
    alternatives = []
    for code, rule in CHART.items():
        unit = f"currency {'=' if rule.counts_credits else '<>'} '{CREDIT}'"
        key_parts = [f"{part} IS {'NOT ' * (part in rule.key)}NULL" for part in KEY_PARTS]
        kind = [f"code = '{code.value}'", f"side = '{rule.side.value}'", "guarded" if rule.guarded else "NOT guarded"]
        alternatives.append(" AND ".join([*kind, unit, *key_parts]))
    return " OR ".join(f"({one})" for one in alternatives)


ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    key(),
    Column("code", one_of(AccountCode, "code"), nullable=False),
    Column("currency", Text, nullable=False),
    ref("organization_id", "organizations", optional=True, index=True),
    Column("provider", one_of(Provider, "provider")),
    ref("customer_id", "customers", optional=True),
    Column("side", one_of(AccountSide, "side"), nullable=False),
    Column("guarded", Boolean, nullable=False),
    UniqueConstraint(
        "code",
        "currency",
        "organization_id",
        "provider",
        "customer_id",
        name="uq_ledger_accounts_key",
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint(_as_charted(), name="as_charted"),
)

ledger_transfers = Table(
    "ledger_transfers",
    metadata,
    key(),
    Column("kind", one_of(PostingKind, "kind"), nullable=False),
    Column("source_type", one_of(TransferSource, "source_type"), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("posted_at", Instant, nullable=False),
    ref("actor_user_id", "users", optional=True),
    ref("actor_key_id", "api_keys", optional=True),
    ref("actor_organization_id", "organizations", optional=True),
    Column("reason", Text),
    ref("reverses_id", "ledger_transfers", optional=True),
    UniqueConstraint("kind", "source_type", "source_id", "ordinal"),
    UniqueConstraint("reverses_id"),
    CheckConstraint("entry_count >= 2 AND ordinal >= 1", name="counts"),
    CheckConstraint("reverses_id <> id", name="reverses_another"),
    CheckConstraint("kind <> 'P3' OR source_type = 'Payment'", name="source"),
)
Index("ix_ledger_transfers_source", ledger_transfers.c.source_id)
Index("ix_ledger_transfers_posted_at", ledger_transfers.c.posted_at, ledger_transfers.c.id)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    ref("transfer_id", "ledger_transfers", index=True),
    ref("account_id", "ledger_accounts"),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    # An invoice of a project is posted before it is inserted: its number, the last lock, comes after the accounts.
    ref("invoice_id", "invoices", optional=True, index=True, at_commit=True),
    ref("payment_id", "payments", optional=True, index=True),
    ref("hold_id", "escrow_holds", optional=True, index=True),
    ref("payout_id", "payouts", optional=True, index=True),
    CheckConstraint("amount_minor <> 0", name="not_zero"),
    Index("ix_ledger_entries_account", "account_id", "id"),
)

ledger_balances = Table(
    "ledger_balances",
    metadata,
    Column("account_id", Uuid, ForeignKey("ledger_accounts.id"), primary_key=True),
    minor("balance_minor"),
    Column("last_entry_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("balance_minor >= 0", name="not_negative"),
)
