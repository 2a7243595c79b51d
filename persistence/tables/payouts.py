"""Tables of payouts, the methods they go to, their schedules, and conversions of wallets."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.attempts import AttemptState
from domain.payment_methods import Provider
from domain.payout_methods import PayoutMethodKind, PayoutMethodStatus
from domain.payout_schedules import OccurrenceOutcome, PayoutFrequency, Weekday
from domain.payouts import HoldReason, PayoutState, PayoutTrigger
from domain.wallet_conversions import ConversionState
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

payout_methods = Table(
    "payout_methods",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("kind", one_of(PayoutMethodKind, "kind"), nullable=False),
    Column("token", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("verified_at", Instant),
    Column("replaced_at", Instant),
    Column("status", one_of(PayoutMethodStatus, "status"), nullable=False),
    *lifecycle(),
)
Index(
    "uq_payout_methods_default",
    payout_methods.c.organization_id,
    payout_methods.c.currency,
    unique=True,
    postgresql_where=text("is_default AND status = 'ACTIVE'"),
)

payouts = Table(
    "payouts",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("method_id", "payout_methods", index=True),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("trigger", one_of(PayoutTrigger, "trigger"), nullable=False),
    ref("requested_by_id", "users", optional=True),
    Column("hold_reason", one_of(HoldReason, "hold_reason")),
    Column("failure_code", Text),
    Column("cancel_reason", Text),
    Column("sent_at", Instant),
    Column("paid_at", Instant),
    Column("next_ask_at", Instant),
    Column("asked", Integer, nullable=False),
    Column("unknown_since", Instant),
    Column("status", one_of(PayoutState, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("amount_minor >= 1", name="amount"),
)
Index(
    "ix_payouts_unfinished",
    payouts.c.status,
    payouts.c.next_ask_at,
    postgresql_where=text("status = 'PENDING' OR next_ask_at IS NOT NULL"),
)

payout_attempts = Table(
    "payout_attempts",
    metadata,
    key(),
    ref("payout_id", "payouts"),
    Column("number", Integer, nullable=False),
    Column("status", one_of(AttemptState, "status"), nullable=False),
    Column("provider_id", Text, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("not_found_at", Instant),
    Column("answer", JSONB, nullable=False),
    Index("uq_payout_attempts_number", "payout_id", "number", unique=True),
)

payout_schedules = Table(
    "payout_schedules",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    Column("currency", Text, nullable=False),
    Column("frequency", one_of(PayoutFrequency, "frequency"), nullable=False),
    Column("weekday", one_of(Weekday, "weekday")),
    Column("day", Integer),
    minor("threshold_minor"),
    Column("time_zone", Text, nullable=False),
    ref("set_by_id", "users", optional=True),
    ref("set_by_key_id", "api_keys", optional=True),
    Column("next_on", Date),
    Column("next_at", Instant, index=True),
    *lifecycle(),
    UniqueConstraint("organization_id", "currency"),
    CheckConstraint("day BETWEEN 1 AND 31", name="day"),
    CheckConstraint(
        "(frequency = 'WEEKLY') = (weekday IS NOT NULL) AND (frequency = 'MONTHLY') = (day IS NOT NULL)"
        " AND (frequency = 'NONE') = (next_at IS NULL) AND (next_on IS NULL) = (next_at IS NULL)",
        name="rhythm",
    ),
)

payout_occurrences = Table(
    "payout_occurrences",
    metadata,
    key(),
    ref("schedule_id", "payout_schedules"),
    Column("due_on", Date, nullable=False),
    Column("outcome", one_of(OccurrenceOutcome, "outcome"), nullable=False),
    ref("payout_id", "payouts", optional=True),
    Column("at", Instant, nullable=False),
    UniqueConstraint("schedule_id", "due_on"),
    CheckConstraint("(outcome = 'REQUESTED') = (payout_id IS NOT NULL)", name="payout"),
)

wallet_conversions = Table(
    "wallet_conversions",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("from_currency", Text, nullable=False),
    minor("from_minor"),
    Column("to_currency", Text, nullable=False),
    minor("to_minor"),
    Column("rate", Numeric(20, 10), nullable=False),
    Column("rate_source", Text, nullable=False),
    Column("rate_as_of", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("status", one_of(ConversionState, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("from_minor >= 1 AND to_minor >= 1 AND rate > 0", name="amounts"),
    CheckConstraint("from_currency <> to_currency", name="currencies"),
)
