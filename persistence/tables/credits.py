"""Tables of credits: accounts, lots, movements, and which lots a movement touched."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.credit_accounts import CreditAccountStatus
from domain.credit_lots import LotSource
from domain.credit_transactions import CreditTransactionStatus, CreditTransactionType, Direction
from persistence.tables.columns import Instant, key, lifecycle, metadata, minor, one_of, ref

credit_accounts = Table(
    "credit_accounts",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    Column("available", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("lapses", JSONB, nullable=False),
    Column("freeze_reason", Text),
    Column("has_shortfall", Boolean, nullable=False),
    Column("low_balance_threshold", BigInteger, nullable=False),
    Column("alert_armed", Boolean, nullable=False),
    Column("top_up_enabled", Boolean, nullable=False),
    Column("top_up_threshold", BigInteger),
    Column("top_up_package_id", Uuid),
    Column("top_up_quantity", BigInteger),
    Column("top_up_currency", Text),
    Column("top_up_max_per_month", Integer, nullable=False),
    Column("top_up_failures", Integer, nullable=False),
    Column("top_up_failed_id", Uuid),
    Column("status", one_of(CreditAccountStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("organization_id"),
    CheckConstraint("available >= 0 AND held >= 0", name="not_negative"),
    CheckConstraint("low_balance_threshold >= 0 AND top_up_max_per_month >= 0 AND top_up_failures >= 0", name="limits"),
    CheckConstraint("status <> 'CLOSED' OR (available = 0 AND held = 0)", name="closed_empty"),
)

credit_lots = Table(
    "credit_lots",
    metadata,
    key(),
    ref("account_id", "credit_accounts"),
    ref("organization_id", "organizations"),
    Column("source", one_of(LotSource, "source"), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("part", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("priority", Integer, nullable=False),
    minor("cost_minor"),
    Column("currency", Text),
    Column("expires_at", Instant),
    Column("expiry_told_at", Instant),
    *lifecycle(),
    UniqueConstraint("source", "source_id", "part"),
    CheckConstraint(
        "quantity > 0 AND remaining >= 0 AND held >= 0 AND remaining + held <= quantity", name="quantities"
    ),
    CheckConstraint("priority BETWEEN 0 AND 100 AND part >= 0", name="priority"),
    CheckConstraint("cost_minor >= 0 AND (cost_minor > 0) = (currency IS NOT NULL)", name="cost"),
)
Index("ix_credit_lots_account", credit_lots.c.account_id, credit_lots.c.created_at)
Index("ix_credit_lots_live", credit_lots.c.account_id, postgresql_where=text("remaining + held > 0"))
Index("ix_credit_lots_expiring", credit_lots.c.expires_at, postgresql_where=text("remaining > 0"))

credit_transactions = Table(
    "credit_transactions",
    metadata,
    key(),
    ref("account_id", "credit_accounts"),
    ref("organization_id", "organizations"),
    Column("type", one_of(CreditTransactionType, "type"), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("captured_quantity", BigInteger),
    Column("hold_expires_at", Instant),
    Column("reference_kind", Text),
    Column("reference_id", Text),
    Column("description", Text),
    ref("app_id", "apps", optional=True),
    Column("app_user", Text),
    Column("details", JSONB(none_as_null=True)),
    Column("actor_kind", Text, nullable=False),
    Column("actor_user_id", Uuid),
    Column("actor_key_id", Uuid),
    Column("actor_organization_id", Uuid),
    ref("reverses_id", "credit_transactions", optional=True),
    # What a movement posts is posted after it is written: the balances of the ledger are locked late.
    ref("ledger_transfer_id", "ledger_transfers", optional=True, at_commit=True),
    Column("balance_after", BigInteger, nullable=False),
    Column("status", one_of(CreditTransactionStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("quantity > 0 AND balance_after >= 0", name="quantity"),
    CheckConstraint("type = 'HOLD' OR status = 'POSTED'", name="only_holds_wait"),
    CheckConstraint("(type = 'HOLD') = (hold_expires_at IS NOT NULL)", name="hold"),
    CheckConstraint(
        "(type = 'HOLD' AND status = 'POSTED') = (captured_quantity IS NOT NULL)"
        " AND captured_quantity BETWEEN 1 AND quantity",
        name="captured",
    ),
    CheckConstraint("(type = 'ROLLOVER') = (ledger_transfer_id IS NULL)", name="posted"),
    CheckConstraint("type NOT IN ('REFUND', 'REVERSAL') OR reverses_id IS NOT NULL", name="undoes"),
)
Index("ix_credit_transactions_account", credit_transactions.c.account_id, credit_transactions.c.created_at)
Index(
    "ix_credit_transactions_reverses",
    credit_transactions.c.reverses_id,
    postgresql_where=text("reverses_id IS NOT NULL"),
)
Index(
    "uq_credit_transactions_reversal",
    credit_transactions.c.reverses_id,
    unique=True,
    postgresql_where=text("type = 'REVERSAL'"),
)
Index(
    "ix_credit_transactions_app",
    credit_transactions.c.app_id,
    credit_transactions.c.organization_id,
    credit_transactions.c.created_at,
    postgresql_where=text("app_id IS NOT NULL"),
)
Index(
    "ix_credit_transactions_holds",
    credit_transactions.c.hold_expires_at,
    postgresql_where=text("status = 'PENDING'"),
)

credit_consumptions = Table(
    "credit_consumptions",
    metadata,
    key(),
    # Written together with what they name, in whichever order.
    ref("transaction_id", "credit_transactions", at_commit=True),
    ref("lot_id", "credit_lots", index=True, at_commit=True),
    ref("organization_id", "organizations"),
    Column("position", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("direction", one_of(Direction, "direction"), nullable=False),
    UniqueConstraint("transaction_id", "position"),
    UniqueConstraint("transaction_id", "lot_id", "direction"),
    CheckConstraint("quantity > 0", name="quantity"),
)
