"""Wallets as clients see them."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import ID

from domain import wallets as domain
from domain.checks import Checks
from resolvers import ledger
from resolvers import wallets as resolve
from resolvers.context import Context
from schema.connections import computed, connection, listing, one, order_input
from schema.guarded import asks
from schema.ids import read_id
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
    held: Money = computed(resolve.HELD, Money, "What is set aside for payouts and chargebacks.")
    in_transit: Money = computed(resolve.IN_TRANSIT, Money, "What is sent to a payout method and has not arrived.")
    paid_out: Money = computed(resolve.PAID_OUT, Money, "What has arrived there and not come back.")
    earned: Money = computed(
        resolve.EARNED,
        Money,
        "All that ever came in, after fees. At every instant available + held + inTransit + paidOut = earned - spent -"
        " takenBack.",
    )
    spent: Money = computed(resolve.SPENT, Money, "What it has paid: invoices, held money, conversions.")
    taken_back: Money = computed(
        resolve.TAKEN_BACK, Money, "What credit notes, lost chargebacks and the repayment of debts have taken from it."
    )
    debt: Money = computed(
        resolve.DEBT, Money, "What the organization owes Milepost; what comes into the wallet repays it first."
    )
    version: int = computed(resolve.VERSION, int, "Counts its movements, from 1.")
    statement = connection(
        resolve.STATEMENT,
        LedgerEntry,
        "Its movements, newest first. A credit is money in, a debit money out.",
        filter=LedgerPeriod,
    )


@shows(domain.StatementLine, "A movement of a wallet.")
class WalletStatementLine:
    amount: Money = plain("What came in; negative for what went out.")
    balance: Money = plain("What was available after it, among the movements of the statement.")
    entry: LedgerEntry = plain("Its entry in the books, with the transfer and what that is about.")


@shows(
    domain.WalletStatement,
    "The movements of a wallet in a period: the closing balance is the opening balance and all of them.",
)
class WalletStatement:
    wallet: Wallet = one(resolve.WALLET, Wallet, "The wallet.", required=True)
    currency: Currency = plain("The currency of all its amounts.")
    posted_from: datetime | None = plain("The first instant of the period; null for the beginning.")
    posted_before: datetime | None = plain("The instant that ends it, no part of it; null for now.")
    opening: Money = plain("What was available before the first movement.")
    closing: Money = plain("What was available after the last.")
    lines = listing(resolve.LINES, resolve.statement_lines, WalletStatementLine, "The movements, oldest first.")


@strawberry.input(description="Conditions on wallets; all given ones must hold.")
class WalletFilter:
    currency: Currency | None = optional(Currency, "In this currency.")
    organization_id: ID | None = optional_id("Organization", "Of this organization; others than yours for staff only.")


WalletOrder = order_input(resolve.LIST, "WalletOrder")

_CURRENCY = Annotated[Currency, strawberry.argument(description="Which of the wallets.")]
_ORGANIZATION = Annotated[
    ID | None, strawberry.argument(description="Whose; your active organization unless said, others for staff only.")
]
_FROM = Annotated[
    datetime | None,
    strawberry.argument(description="Posted at this instant or later; from the beginning."),
]
_TO = Annotated[datetime | None, strawberry.argument(description="Posted before this instant; until now.")]


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

    @asks(
        ledger.READERS,
        "The statement of one wallet for a period. Null where there is none, or none that you may see."
        " Needs money:read; staff:money sees those of all.",
        graphql_type=WalletStatement | None,
    )
    async def wallet_statement(
        self,
        info: strawberry.Info[Context, None],
        currency: _CURRENCY,
        organization_id: _ORGANIZATION = None,
        posted_from: _FROM = None,
        posted_before: _TO = None,
    ) -> domain.WalletStatement | None:
        owner_id = None if organization_id is None else read_id(organization_id, "Organization", "organizationId")
        checks = Checks()
        in_order = posted_from is None or posted_before is None or posted_from < posted_before
        checks.require(in_order, "The period ends after it begins.", "postedBefore")
        checks.refuse()
        return await resolve.wallet_statement(info.context, owner_id, currency, posted_from, posted_before)
