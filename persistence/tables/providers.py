"""Tables of the accounts at providers, and of the mode that a database is in."""

from sqlalchemy import Boolean, CheckConstraint, Column, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY

from domain.payment_methods import Provider
from domain.provider_accounts import ProviderAccountStatus, ProviderMode
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

deployments = Table(
    "deployments",
    metadata,
    Column("is_only", Boolean, primary_key=True),
    Column("mode", one_of(ProviderMode, "mode"), nullable=False),
    CheckConstraint("is_only", name="only_one"),
)

provider_accounts = Table(
    "provider_accounts",
    metadata,
    key(),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("mode", one_of(ProviderMode, "mode"), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("credential_names", ARRAY(Text), nullable=False),
    Column("credentials_set_at", Instant, nullable=False),
    Column("webhook_sealed", Text),
    Column("webhook_set_at", Instant),
    Column("old_webhook_sealed", Text),
    Column("old_webhook_until", Instant),
    Column("status", one_of(ProviderAccountStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("provider", "mode"),
    CheckConstraint("provider <> 'SIMULATOR'", name="of_a_company"),
    CheckConstraint("(webhook_sealed IS NULL) = (webhook_set_at IS NULL)", name="webhook"),
    CheckConstraint("(old_webhook_sealed IS NULL) = (old_webhook_until IS NULL)", name="old_webhook"),
)

payee_accounts = Table(
    "payee_accounts",
    metadata,
    ref("organization_id", "organizations"),
    Column("provider", one_of(Provider, "provider"), nullable=False),
    Column("mode", one_of(ProviderMode, "mode"), nullable=False),
    Column("account", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    PrimaryKeyConstraint("organization_id", "provider", "mode"),
    UniqueConstraint("provider", "account"),
)
