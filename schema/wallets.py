"""Wallets as clients see them."""

import strawberry
from strawberry.scalars import ID

from domain import wallets as domain
from resolvers import ledger
from resolvers import wallets as resolve
from schema.connections import computed, connection, one, order_input
from schema.inputs import optional, optional_id
from schema.ledger import LedgerEntry, LedgerPeriod
from schema.money import Money
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import Node, plain, shows


@shows(
    domain.Wallet,
    "An organization's money at Milepost in one currency, from its first credit on. Every figure is a sum of ledger"
    " entries; none is stored beside them. No wallet goes below zero.",
)
class Wallet(Node):
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Whose money it is.", required=True)
    currency: Currency = plain("The currency of all its figures.")
    available: Money = computed(resolve.AVAILABLE, Money, "What is free now; never negative.")
    earned: Money = computed(
        resolve.EARNED, Money, "All that ever came in, after fees: the sum of the account's credits."
    )
    version: int = computed(resolve.VERSION, int, "Counts its movements, from 1.")
    statement = connection(
        resolve.STATEMENT,
        LedgerEntry,
        "Its movements, newest first. A credit is money in, a debit money out.",
        filter=LedgerPeriod,
    )


@strawberry.input(description="Conditions on wallets; all given ones must hold.")
class WalletFilter:
    currency: Currency | None = optional(Currency, "In this currency.")
    organization_id: ID | None = optional_id("Organization", "Of this organization; others than yours for staff only.")


WalletOrder = order_input(resolve.LIST, "WalletOrder")


@strawberry.type
class WalletQueries:
    wallets = connection(
        resolve.LIST,
        Wallet,
        "The wallets of your active organization, by currency. Needs money:read; staff:money sees those of all.",
        filter=WalletFilter,
        order=WalletOrder,
        needs=ledger.READERS,
    )
