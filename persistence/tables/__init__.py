"""The tables, one file per area. Importing this package registers all of them on `metadata`."""

from persistence.tables import (
    approvals,
    credentials,
    credit_notes,
    escrow,
    exchange,
    exports,
    fees,
    identity,
    invoicing,
    losses,
    money,
    payouts,
    platform,
    projects,
    refunds,
    simulator,
    work,
)
from persistence.tables.columns import metadata

__all__ = [
    "approvals",
    "credentials",
    "credit_notes",
    "escrow",
    "exchange",
    "exports",
    "fees",
    "identity",
    "invoicing",
    "losses",
    "metadata",
    "money",
    "payouts",
    "platform",
    "projects",
    "refunds",
    "simulator",
    "work",
]
