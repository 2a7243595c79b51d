"""Tables of what credits are sold by: packages, unit prices, promotions and their uses, purchases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.credit_packages import CreditPackageStatus
from domain.credit_promotions import PromotionKind, PromotionStatus
from domain.credit_purchases import CreditPurchaseStatus, PurchaseOrigin
from domain.promotion_redemptions import RedemptionStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

credit_packages = Table(
    "credit_packages",
    metadata,
    key(),
    ref("product_id", "products"),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("validity_days", Integer),
    Column("rollover_enabled", Boolean, nullable=False),
    Column("rollover_cap", BigInteger, nullable=False),
    Column("features", ARRAY(Text), nullable=False),
    Column("featured", Boolean, nullable=False),
    Column("sort_order", Integer, nullable=False),
    Column("status", one_of(CreditPackageStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("product_id"),
    CheckConstraint("credits > 0 AND validity_days > 0 AND rollover_cap >= 0", name="quantities"),
)

credit_unit_prices = Table(
    "credit_unit_prices",
    metadata,
    key(),
    Column("currency", Text, nullable=False),
    Column("unit_amount", Numeric(12, 6), nullable=False),
    Column("starts_at", Instant, nullable=False),
    *lifecycle(),
    UniqueConstraint("currency", "starts_at"),
    CheckConstraint("unit_amount > 0", name="amount"),
)

credit_promotions = Table(
    "credit_promotions",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    Column("kind", one_of(PromotionKind, "kind"), nullable=False),
    Column("bps", Integer),
    minor("amount_minor", optional=True),
    Column("credits", BigInteger),
    Column("currency", Text),
    minor("max_discount_minor", optional=True),
    minor("min_purchase_minor", optional=True),
    Column("package_ids", ARRAY(Uuid), nullable=False),
    Column("audience_kinds", ARRAY(Text), nullable=False),
    Column("audience_organization_ids", ARRAY(Uuid), nullable=False),
    Column("first_purchase_only", Boolean, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("max_uses", BigInteger),
    Column("uses_per_organization", BigInteger, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("credit_validity_days", Integer, nullable=False),
    Column("status", one_of(PromotionStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("code = upper(code)", name="upper_case"),
    CheckConstraint(
        "(kind = 'PERCENTAGE') = (bps IS NOT NULL) AND (kind = 'FIXED_AMOUNT') = (amount_minor IS NOT NULL)"
        " AND (kind = 'FREE_CREDITS') = (credits IS NOT NULL)",
        name="kind_says_what",
    ),
    CheckConstraint("bps BETWEEN 1 AND 10000 AND amount_minor > 0 AND credits > 0", name="what"),
    CheckConstraint(
        "(currency IS NULL) = (COALESCE(amount_minor, max_discount_minor, min_purchase_minor) IS NULL)",
        name="currency",
    ),
    CheckConstraint("starts_at < ends_at", name="window"),
    CheckConstraint("uses >= 0 AND uses <= max_uses AND uses_per_organization > 0", name="uses"),
)

credit_purchases = Table(
    "credit_purchases",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    ref("account_id", "credit_accounts"),
    Column("origin", one_of(PurchaseOrigin, "origin"), nullable=False),
    ref("app_id", "apps", optional=True),
    ref("package_id", "credit_packages", optional=True),
    Column("quantity", BigInteger, nullable=False),
    Column("validity_days", Integer),
    minor("price_minor"),
    minor("discount_minor"),
    minor("total_minor"),
    Column("currency", Text, nullable=False),
    ref("promotion_id", "credit_promotions", optional=True),
    ref("sale_id", "sales", optional=True),
    Column("expires_at", Instant, nullable=False),
    Column("paid_at", Instant),
    minor("refunded_minor"),
    Column("clawed_back", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("status", one_of(CreditPurchaseStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("sale_id"),
    CheckConstraint("quantity > 0 AND refunded_minor >= 0", name="quantity"),
    CheckConstraint("0 <= missing AND missing <= clawed_back AND clawed_back <= quantity", name="clawed_back"),
    CheckConstraint("total_minor = price_minor - discount_minor", name="total"),
    CheckConstraint("total_minor >= 0 AND discount_minor >= 0", name="not_negative"),
    CheckConstraint(
        "(status IN ('PENDING', 'FAILED', 'CANCELED', 'EXPIRED')) = (paid_at IS NULL)",
        name="paid",
    ),
)
Index("ix_credit_purchases_account", credit_purchases.c.account_id, credit_purchases.c.created_at)
Index("ix_credit_purchases_due", credit_purchases.c.expires_at, postgresql_where=text("status = 'PENDING'"))
Index(
    "uq_credit_purchases_top_up",
    credit_purchases.c.account_id,
    unique=True,
    postgresql_where=text("status = 'PENDING' AND origin = 'AUTO_TOP_UP'"),
)

promotion_redemptions = Table(
    "promotion_redemptions",
    metadata,
    key(),
    ref("promotion_id", "credit_promotions"),
    ref("organization_id", "organizations", index=True),
    ref("purchase_id", "credit_purchases", optional=True),
    minor("discount_minor", optional=True),
    Column("currency", Text),
    Column("credits", BigInteger),
    Column("status", one_of(RedemptionStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("purchase_id"),
    CheckConstraint("discount_minor >= 0 AND (discount_minor IS NULL) = (currency IS NULL)", name="discount"),
)
Index(
    "ix_promotion_redemptions_uses",
    promotion_redemptions.c.promotion_id,
    promotion_redemptions.c.organization_id,
    postgresql_where=text("status <> 'RELEASED'"),
)

failed_promotion_codes = Table(
    "failed_promotion_codes",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    Column("at", Instant, nullable=False),
    Index("ix_failed_promotion_codes_organization", "organization_id", "at"),
)
