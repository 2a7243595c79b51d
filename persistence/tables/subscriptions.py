"""Tables of subscriptions: their items, their periods, the attempts to have those paid, and what they are worth."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.types import TypeDecorator

from domain.billing_subscriptions import ManagedBy, SubscriptionCollection, SubscriptionStatus
from domain.dunning import AttemptOutcome, AttemptTrigger
from domain.payment_methods import Provider
from domain.subscription_periods import PeriodStatus
from domain.subscription_plans import DunningOutcome, TrialEnd
from domain.subscription_terms import PeriodTerms
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref


class PeriodTermsColumn(TypeDecorator[PeriodTerms]):
    """What a period was sold as, as a JSON document: it is copied as a whole."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: PeriodTerms | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else value.as_document()

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> PeriodTerms | None:
        return None if value is None else PeriodTerms.of_document(value)


METERED = "terms -> 'metered' <> '{}'"
"""What is used in a period is charged for after it."""
_live = "status NOT IN ('CANCELED', 'INCOMPLETE_EXPIRED')"

billing_subscriptions = Table(
    "billing_subscriptions",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("app_id", "apps", optional=True),
    ref("product_id", "products"),
    Column("is_plan", Boolean, nullable=False),
    Column("checkout_session_id", Uuid, unique=True),
    Column("managed_by", one_of(ManagedBy, "managed_by"), nullable=False),
    Column("collection", one_of(SubscriptionCollection, "collection"), nullable=False),
    Column("net_days", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("interval_months", Integer, nullable=False),
    Column("anchor_at", Instant, nullable=False),
    Column("anchor_day", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("period_number", Integer),
    Column("current_period_start", Instant),
    Column("current_period_end", Instant),
    Column("trial_ends_at", Instant),
    Column("trial_end", one_of(TrialEnd, "trial_end"), nullable=False),
    Column("trial_noticed_at", Instant),
    Column("cancel_at_period_end", Boolean, nullable=False),
    Column("cancel_at", Instant),
    Column("pause_at", Instant),
    Column("resumes_at", Instant),
    Column("canceled_at", Instant),
    Column("cancel_reason", Text),
    Column("past_due_at", Instant),
    Column("grace_days", Integer, nullable=False),
    Column("dunning_outcome", one_of(DunningOutcome, "dunning_outcome"), nullable=False),
    Column("features", JSONB, nullable=False),
    Column("included_credits", BigInteger, nullable=False),
    Column("due_at", Instant),
    Column("provider", one_of(Provider, "provider")),
    Column("external_id", Text),
    Column("external_updated_at", Instant),
    Column("status", one_of(SubscriptionStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("provider", "external_id"),
    CheckConstraint("anchor_day BETWEEN 1 AND 31 AND interval_months >= 1", name="anchor"),
    CheckConstraint("net_days BETWEEN 0 AND 90 AND (net_days = 0 OR collection = 'SEND_INVOICE')", name="net_days"),
    CheckConstraint("grace_days BETWEEN 0 AND 30 AND included_credits >= 0", name="counts"),
    CheckConstraint("current_period_start < current_period_end", name="period"),
    CheckConstraint("(current_period_start IS NULL) = (current_period_end IS NULL)", name="period_whole"),
    CheckConstraint("(status = 'CANCELED') = (canceled_at IS NOT NULL)", name="canceled"),
    CheckConstraint("status <> 'TRIALING' OR trial_ends_at IS NOT NULL", name="trial"),
    CheckConstraint("status <> 'PAST_DUE' OR past_due_at IS NOT NULL", name="past_due"),
    CheckConstraint("NOT cancel_at_period_end OR cancel_at IS NOT NULL", name="cancel_at"),
)
Index(
    "uq_billing_subscriptions_plan",
    billing_subscriptions.c.organization_id,
    billing_subscriptions.c.app_id,
    unique=True,
    postgresql_where=text(f"is_plan AND {_live}"),
    postgresql_nulls_not_distinct=True,
)
Index(
    "uq_billing_subscriptions_product",
    billing_subscriptions.c.organization_id,
    billing_subscriptions.c.product_id,
    unique=True,
    postgresql_where=text(_live),
)
Index("ix_billing_subscriptions_due", billing_subscriptions.c.due_at, postgresql_where=text("due_at IS NOT NULL"))

subscription_items = Table(
    "subscription_items",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions"),
    ref("price_id", "prices"),
    Column("quantity", Integer, nullable=False),
    Column("is_metered", Boolean, nullable=False),
    UniqueConstraint("subscription_id", "price_id"),
    CheckConstraint("quantity >= 1", name="quantity"),
)
Index(
    "uq_subscription_items_licensed",
    subscription_items.c.subscription_id,
    unique=True,
    postgresql_where=text("NOT is_metered"),
)

subscription_periods = Table(
    "subscription_periods",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions"),
    ref("organization_id", "organizations"),
    Column("number", Integer, nullable=False),
    Column("anchor_at", Instant, nullable=False),
    Column("anchor_day", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("period_start", Instant, nullable=False),
    Column("period_end", Instant, nullable=False),
    minor("amount_minor"),
    Column("currency", Text, nullable=False),
    Column("terms", PeriodTermsColumn, nullable=False),
    Column("sale_id", Uuid, index=True),
    ref("payment_id", "payments", optional=True),
    ref("invoice_id", "invoices", optional=True),
    Column("paid_at", Instant),
    Column("delivered_at", Instant),
    Column("ended_at", Instant),
    Column("credit_months", Integer, nullable=False),
    Column("credits_due_at", Instant),
    Column("is_suspended", Boolean, nullable=False),
    Column("needs_tax_review", Boolean, nullable=False),
    Column("waive_reason", Text),
    Column("collect_at", Instant),
    Column("status", one_of(PeriodStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("subscription_id", "period_start"),
    CheckConstraint("period_start < period_end AND number >= 0", name="span"),
    CheckConstraint("amount_minor >= 0 AND credit_months >= 0", name="amount"),
    CheckConstraint("status NOT IN ('PAID', 'REFUNDED') OR paid_at IS NOT NULL", name="paid"),
    CheckConstraint("(status = 'REFUNDED') = (ended_at IS NOT NULL)", name="ended"),
    CheckConstraint("(status = 'WAIVED') = (waive_reason IS NOT NULL)", name="waived"),
    CheckConstraint("collect_at IS NULL OR (status = 'OPEN' AND invoice_id IS NOT NULL)", name="collect_at"),
)
subscription_periods.append_constraint(
    ExcludeConstraint(
        (subscription_periods.c.subscription_id, "="),
        (func.tstzrange(subscription_periods.c.period_start, subscription_periods.c.period_end), "&&"),
        where=text("status <> 'FAILED'"),
        name="ex_subscription_periods_overlap",
    )
)
Index(
    "uq_subscription_periods_open",
    subscription_periods.c.subscription_id,
    unique=True,
    postgresql_where=text("status = 'OPEN' AND invoice_id IS NULL"),
)
Index(
    "ix_subscription_periods_collect",
    subscription_periods.c.collect_at,
    postgresql_where=text("collect_at IS NOT NULL"),
)
Index(
    "ix_subscription_periods_undelivered",
    subscription_periods.c.period_end,
    postgresql_where=text("status IN ('PAID', 'WAIVED', 'REFUNDED') AND delivered_at IS NULL"),
)
Index(
    "ix_subscription_periods_metered",
    subscription_periods.c.period_end,
    postgresql_where=text(METERED),
)

Index(
    "ix_subscription_periods_credits",
    subscription_periods.c.credits_due_at,
    postgresql_where=text("credits_due_at IS NOT NULL"),
)

dunning_attempts = Table(
    "dunning_attempts",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions", index=True),
    ref("period_id", "subscription_periods"),
    Column("number", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("outcome", one_of(AttemptOutcome, "outcome")),
    Column("failure_code", Text),
    Column("trigger", one_of(AttemptTrigger, "trigger"), nullable=False),
    ref("payment_id", "payments", optional=True),
    ref("method_id", "payment_methods", optional=True),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("number BETWEEN 0 AND 4", name="number"),
)
Index(
    "uq_dunning_attempts_scheduled",
    dunning_attempts.c.period_id,
    dunning_attempts.c.number,
    unique=True,
    postgresql_where=text("trigger = 'SCHEDULE'"),
)

subscription_standings = Table(
    "subscription_standings",
    metadata,
    key(),
    ref("subscription_id", "billing_subscriptions", index=True),
    ref("organization_id", "organizations"),
    ref("app_id", "apps", optional=True),
    Column("since", Instant, nullable=False, index=True),
    Column("status", one_of(SubscriptionStatus, "status"), nullable=False),
    ref("price_id", "prices"),
    Column("quantity", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("monthly_numerator", BigInteger, nullable=False),
    Column("monthly_denominator", Integer, nullable=False),
    CheckConstraint("monthly_numerator >= 0 AND monthly_denominator >= 1", name="monthly"),
)

# What a provider that bills was paid, each of its invoices once.
billed_invoices = Table(
    "billed_invoices",
    metadata,
    Column("provider", one_of(Provider, "provider"), primary_key=True),
    Column("external_id", Text, primary_key=True),
    ref("subscription_id", "billing_subscriptions", index=True),
    Column("recorded_at", Instant, nullable=False),
)
