"""Tables of checkouts, of what is bought once, and of links to what is billed."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.checkout_sessions import CheckoutMode, CheckoutStatus
from domain.purchases import PurchaseStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

purchases = Table(
    "purchases",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("app_id", "apps", optional=True),
    ref("product_id", "products"),
    ref("price_id", "prices"),
    Column("quantity", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    minor("refunded_minor"),
    Column("external_charge_id", Text, unique=True),
    Column("access_days", Integer),
    Column("revokes_on_partial_refund", Boolean, nullable=False),
    Column("features", JSONB, nullable=False),
    ref("sale_id", "sales", optional=True),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    Column("revoked_at", Instant),
    Column("delivered_at", Instant),
    Column("is_disputed", Boolean, nullable=False),
    Column("status", one_of(PurchaseStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("quantity >= 1 AND refunded_minor BETWEEN 0 AND amount_minor", name="amount"),
    CheckConstraint("(status IN ('PENDING', 'FAILED')) = (starts_at IS NULL) AND ends_at > starts_at", name="access"),
    CheckConstraint("status NOT IN ('REFUNDED', 'CHARGED_BACK') OR revoked_at IS NOT NULL", name="revoked"),
)
Index(
    "ix_purchases_deliver",
    purchases.c.ends_at,
    postgresql_where=text("delivered_at IS NULL AND ends_at IS NOT NULL"),
)

checkout_sessions = Table(
    "checkout_sessions",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("app_id", "apps", optional=True),
    ref("price_id", "prices"),
    Column("quantity", Integer, nullable=False),
    Column("mode", one_of(CheckoutMode, "mode"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("promotion_id", Uuid),
    Column("success_url", Text, nullable=False),
    Column("cancel_url", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("external_id", Text, unique=True),
    ref("sale_id", "sales", optional=True),
    ref("purchase_id", "purchases", optional=True, index=True),
    Column("subscription_id", Uuid),
    Column("status", one_of(CheckoutStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("quantity >= 1", name="quantity"),
    CheckConstraint("mode = 'PAYMENT' OR purchase_id IS NULL", name="purchase"),
)
Index(
    "ix_checkout_sessions_expire",
    checkout_sessions.c.expires_at,
    postgresql_where=text("status = 'OPEN'"),
)

portal_sessions = Table(
    "portal_sessions",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    ref("asked_by_id", "users", optional=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("return_url", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
)
