"""The ledger as clients see it: accounts, transfers, entries and the trial balance."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import ledger_records as domain
from domain.ledger import AccountCode, AccountSide, PostingKind, TransferSource
from domain.payment_methods import Provider
from resolvers import ledger as resolve
from schema.api_keys import ApiKey
from schema.connections import computed, connection, many, one, order_input
from schema.customers import Customer
from schema.enums import describe
from schema.ids import global_id
from schema.inputs import optional, optional_id
from schema.invoices import Invoice
from schema.money import Money
from schema.organizations import Organization
from schema.payments import Payment
from schema.scalars import Currency
from schema.shapes import Node, plain, shows
from schema.users import User

if TYPE_CHECKING:
    from schema.escrow import EscrowHold
    from schema.payouts import Payout

describe(
    AccountCode,
    "The chart of accounts.",
    PROVIDER_CASH="Money that a provider keeps for Milepost. The platform's; grows by debits.",
    RECEIVABLE="What is due on an issuer's open invoices. The issuer's; grows by debits.",
    BILLED="The counterpart of RECEIVABLE until it is collected. The issuer's; grows by credits.",
    ESCROW="Money of a client that is held for milestones. The client's; grows by credits.",
    WALLET_AVAILABLE="An organization's free money. Grows by credits.",
    WALLET_HELD="An organization's money that is reserved for payouts and chargebacks. Grows by credits.",
    CUSTOMER_CREDIT="What a customer has paid above what was due, or got back. The issuer's, one a customer; grows by"
    " credits.",
    EXTERNAL_CREDIT="The same for money that was paid outside Milepost. Grows by credits.",
    EXTERNAL_FUNDS="The counterpart of EXTERNAL_CREDIT. Grows by debits.",
    REFUND_PAYABLE="Money on its way back to payers. The platform's, one a provider; grows by credits.",
    PAYOUT_IN_TRANSIT="Money on its way to organizations. The platform's, one a provider; grows by credits.",
    CHARGEBACK_RESERVE="Money that a provider took back and has not decided on. The platform's; grows by debits.",
    ORG_DEBT="What an organization owes Milepost. Grows by debits.",
    PLATFORM_FEE="Fees that Milepost has earned. The platform's; grows by credits.",
    PROCESSOR_FEE="What providers charge. The platform's; grows by debits.",
    BAD_DEBT="Debt that was given up. The platform's; grows by debits.",
    FX_CLEARING="The counterpart of conversions between currencies. The platform's.",
    SUSPENSE="Provider money that is not explained yet. The platform's.",
    PLATFORM_REVENUE="What Milepost has earned with its own sales. The platform's; grows by credits.",
    TAX_PAYABLE="Tax on Milepost's own sales. The platform's; grows by credits.",
    DEFERRED_REVENUE="Own sales that are paid and not delivered yet. The platform's; grows by credits.",
    CREDIT_ISSUED="Credits that were ever issued. The platform's, in credits; grows by debits.",
    CREDIT_SPENT="Credits that were spent. The platform's, in credits; grows by credits.",
    CREDIT_EXPIRED="Credits that expired. The platform's, in credits; grows by credits.",
    CREDIT_ADJUSTED="Credits that staff added or removed. The platform's, in credits; grows by debits.",
    CREDIT_AVAILABLE="An organization's free credits. In credits; grows by credits.",
    CREDIT_HELD="An organization's credits that are set aside for work under way. In credits; grows by credits.",
)
describe(
    AccountSide,
    "On which side an account grows.",
    DEBIT="Debits raise its balance, credits lower it.",
    CREDIT="Credits raise its balance, debits lower it.",
)
describe(
    PostingKind,
    'The business event that a transfer books. "Wallet" is WALLET_AVAILABLE.',
    P1="An invoice was opened: debit RECEIVABLE, credit BILLED.",
    P2="An invoice or a part of it is due no more: debit BILLED, credit RECEIVABLE.",
    P3="A payment succeeded: debit PROVIDER_CASH and BILLED; credit RECEIVABLE, the issuer's wallet, PLATFORM_FEE and,"
    " for what was not due, CUSTOMER_CREDIT.",
    P4="An invoice was paid from the client's wallet or from customer credit: debit that and BILLED, else as P3.",
    P5="A payment outside Milepost was recorded: debit BILLED, EXTERNAL_FUNDS and, for the fee, the issuer's ORG_DEBT;"
    " credit RECEIVABLE, EXTERNAL_CREDIT and PLATFORM_FEE.",
    P6="A hold was funded: debit PROVIDER_CASH or the client's wallet; credit ESCROW.",
    P7="A hold was released and pays an invoice: debit ESCROW and BILLED; credit RECEIVABLE, the issuer's wallet and"
    " PLATFORM_FEE.",
    P8="A hold was refunded: debit ESCROW; credit REFUND_PAYABLE.",
    P9="A credit note took back what was paid: debit the issuer's wallet (ORG_DEBT where it falls short) and"
    " PLATFORM_FEE; credit CUSTOMER_CREDIT.",
    P10="A refund was asked for: debit CUSTOMER_CREDIT, credit REFUND_PAYABLE; it succeeded: debit REFUND_PAYABLE,"
    " credit PROVIDER_CASH.",
    P11="A refund failed or was canceled: debit REFUND_PAYABLE; credit CUSTOMER_CREDIT or the client's wallet.",
    P12="A payout was requested, sent and paid: from the wallet to WALLET_HELD, PAYOUT_IN_TRANSIT and PROVIDER_CASH.",
    P13="A payout was canceled, failed or came back: credit the wallet.",
    P14="A provider's charge: debit PROCESSOR_FEE, credit PROVIDER_CASH; or unexplained money: debit PROVIDER_CASH,"
    " credit SUSPENSE.",
    P15="A chargeback was opened: debit CHARGEBACK_RESERVE, credit PROVIDER_CASH; the issuer's wallet is held. Won:"
    " reversed.",
    P16="A chargeback was lost: debit WALLET_HELD, ORG_DEBT, PLATFORM_FEE and RECEIVABLE; credit CHARGEBACK_RESERVE and"
    " BILLED.",
    P17="A chargeback of held money was opened: debit CHARGEBACK_RESERVE, credit PROVIDER_CASH; lost: debit ESCROW,"
    " credit CHARGEBACK_RESERVE.",
    P18="A debt was repaid from the wallet or written off: debit the wallet or BAD_DEBT; credit ORG_DEBT.",
    P19="A wallet was converted: from one currency's wallet to the other's through FX_CLEARING.",
    P20="An own sale was paid: debit PROVIDER_CASH and BILLED; credit RECEIVABLE, DEFERRED_REVENUE and TAX_PAYABLE.",
    P21="An own sale was delivered (a period elapsed, credits were spent or expired): debit DEFERRED_REVENUE, credit"
    " PLATFORM_REVENUE.",
    P22="An own sale was refunded or charged back: debit DEFERRED_REVENUE, PLATFORM_REVENUE and TAX_PAYABLE; credit"
    " REFUND_PAYABLE or CHARGEBACK_RESERVE. A shortfall of credits: debit ORG_DEBT, credit PLATFORM_REVENUE.",
    CREDIT_ISSUE="Credits were bought or granted: debit CREDIT_ISSUED, credit CREDIT_AVAILABLE.",
    CREDIT_SPEND="Credits were spent: debit CREDIT_AVAILABLE, credit CREDIT_SPENT.",
    CREDIT_HOLD="Credits were set aside: debit CREDIT_AVAILABLE, credit CREDIT_HELD.",
    CREDIT_CAPTURE="Credits that were set aside were spent, and the rest is free again: debit CREDIT_HELD; credit"
    " CREDIT_SPENT and CREDIT_AVAILABLE.",
    CREDIT_RELEASE="Credits that were set aside are free again: debit CREDIT_HELD, credit CREDIT_AVAILABLE.",
    CREDIT_REFUND="A spend was given back: debit CREDIT_SPENT, credit CREDIT_AVAILABLE.",
    CREDIT_EXPIRY="Credits expired: debit CREDIT_AVAILABLE, credit CREDIT_EXPIRED.",
    CREDIT_ADJUSTMENT="Staff added credits (debit CREDIT_ADJUSTED, credit CREDIT_AVAILABLE) or removed some.",
    CREDIT_TRANSFER="Credits went to another organization: from its CREDIT_AVAILABLE to theirs.",
    CREDIT_CLAWBACK="Credits of a purchase were taken back: debit CREDIT_AVAILABLE, credit CREDIT_ISSUED.",
    REVERSAL="An earlier transfer was undone: its entries with the opposite sign.",
    ADJUSTMENT="The right entries after a reversal, approved by two members of staff.",
)
describe(
    TransferSource,
    "What kind of object a transfer was posted for.",
    INVOICE="Invoice.",
    PAYMENT="Payment.",
    CREDIT_NOTE="Credit note.",
    REFUND="Refund.",
    ESCROW_HOLD="Escrow hold.",
    HOLD_MOVEMENT="Release or refund of a hold.",
    PAYOUT="Payout.",
    CHARGEBACK="Chargeback.",
    WALLET_CONVERSION="Conversion of a wallet into another currency.",
    APPROVAL_REQUEST="Approved request, for example for an adjustment.",
    RECORDED_PAYMENT="Payment outside Milepost that was recorded.",
    PROVIDER_REPORT_LINE="Line of a provider's report, for its fee.",
    MONEY_EXCEPTION="Money exception, for money that a provider reports and the ledger lacked.",
    SALE="Sale of Milepost's own: credits, a product, a period of a subscription.",
    CREDIT_TRANSACTION="Movement of credits.",
    CREDIT_LOT="Lot of credits, for what its price has earned so far.",
)


_Payout: Any = Annotated["Payout", strawberry.lazy("schema.payouts")]
_Hold: Any = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]
_Transfer = Annotated["LedgerTransfer", strawberry.lazy("schema.ledger")]
_Account = Annotated["LedgerAccount", strawberry.lazy("schema.ledger")]


@strawberry.input(description="A period of posting; both ends may be left open.")
class LedgerPeriod:
    posted_from: datetime | None = optional(datetime, "Posted at this instant or later.")
    posted_before: datetime | None = optional(datetime, "Posted before this instant.")


@shows(domain.LedgerEntry, "One line of a transfer. Entries are never changed or deleted: corrections are reversals.")
class LedgerEntry:
    transfer: "LedgerTransfer" = one(resolve.TRANSFER, _Transfer, "What it is part of.", required=True)
    account: "LedgerAccount" = one(resolve.ACCOUNT, _Account, "The account it is on.", required=True)
    amount: Money = plain("The amount with its sign: a debit is positive, a credit negative, whatever the account.")
    debit: Money | None = plain("The amount of a debit, positive; null for a credit.")
    credit: Money | None = plain("The amount of a credit, positive; null for a debit.")
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice it is about.")
    payment: Payment | None = one(resolve.PAYMENT, Payment, "The payment it comes from.")
    hold = one(resolve.HOLD, _Hold, "The hold it is about.")
    payout = one(resolve.PAYOUT, _Payout, "The payout it is about.")


@shows(domain.LedgerAccount, "An account of the books. It comes to exist with its first entry.")
class LedgerAccount(Node):
    code: AccountCode = plain("What it holds.")
    currency: Currency = plain("The currency of all its entries.")
    side: AccountSide = plain("On which side it grows.")
    organization: Organization | None = one(
        resolve.ACCOUNT_ORGANIZATION, Organization, "Whose it is; null for the platform's own."
    )
    customer: Customer | None = one(resolve.ACCOUNT_CUSTOMER, Customer, "CUSTOMER_CREDIT: the customer it is kept for.")
    provider: Provider | None = plain("PROVIDER_CASH: who keeps the money.")
    guarded: bool = plain("Whether the database refuses a balance below zero.")
    balance: Money = computed(
        resolve.BALANCE, Money, "The sum of its entries, positive on the side on which the account grows."
    )
    entries = connection(resolve.ENTRIES_OF_ACCOUNT, LedgerEntry, "Its entries, newest first.", filter=LedgerPeriod)


@shows(domain.LedgerTransfer, "One business event in the books. All its entries together add up to zero.")
class LedgerTransfer(Node):
    kind: PostingKind = plain("Which business event it books.")
    source_type: TransferSource = plain("What kind of object it was posted for.")
    ordinal: int = plain("Counts the postings of one kind for one object, from 1.")
    posted_at: datetime = plain("When it was posted.")
    user: User | None = one(resolve.USER, User, "The person who caused it, for those who may know them.")
    api_key: ApiKey | None = one(
        resolve.API_KEY, ApiKey, "The key that a program caused it with, for those who may see it."
    )
    organization: Organization | None = one(resolve.ORGANIZATION, Organization, "For whom they acted.")
    reason: str | None = plain("Why, where a person had to say so.")
    reverses: "LedgerTransfer | None" = one(resolve.REVERSES, _Transfer, "The transfer whose entries it undoes.")
    reversed_by: "LedgerTransfer | None" = one(resolve.REVERSED_BY, _Transfer, "The transfer that undoes it.")
    entries: list[LedgerEntry] = many(
        resolve.ENTRIES, LedgerEntry, "Its entries on accounts you may see: your own, for staff:money all."
    )

    @strawberry.field(description="The id of the object it was posted for.")
    def source_id(self) -> ID:
        return ID(global_id(self.source_type.value, self.source_id))


@strawberry.input(description="Conditions on accounts; all given ones must hold.")
class LedgerAccountFilter:
    code: list[AccountCode] | None = optional(list[AccountCode], "With one of these codes.")
    currency: Currency | None = optional(Currency, "In this currency.")
    organization_id: ID | None = optional_id("Organization", "Of this organization.")


@strawberry.input(description="Conditions on transfers; all given ones must hold.")
class LedgerTransferFilter(LedgerPeriod):
    kind: list[PostingKind] | None = optional(list[PostingKind], "Of one of these kinds.")
    invoice_id: ID | None = optional_id("Invoice", "With an entry about this invoice.")
    payment_id: ID | None = optional_id("Payment", "With an entry that comes from this payment.")
    hold_id: ID | None = optional_id("EscrowHold", "With an entry about this hold.")
    payout_id: ID | None = optional_id("Payout", "With an entry about this payout.")
    organization_id: ID | None = optional_id("Organization", "With an entry on an account of this organization.")


@strawberry.input(description="Conditions on entries; all given ones must hold.")
class LedgerEntryFilter(LedgerPeriod):
    account_id: ID | None = optional_id("LedgerAccount", "On this account.")
    account_code: list[AccountCode] | None = optional(list[AccountCode], "On accounts with one of these codes.")
    currency: Currency | None = optional(Currency, "In this currency.")
    invoice_id: ID | None = optional_id("Invoice", "About this invoice.")
    payment_id: ID | None = optional_id("Payment", "From this payment.")
    hold_id: ID | None = optional_id("EscrowHold", "About this hold.")
    payout_id: ID | None = optional_id("Payout", "About this payout.")
    organization_id: ID | None = optional_id("Organization", "On accounts of this organization.")


LedgerAccountOrder = order_input(resolve.ACCOUNTS, "LedgerAccountOrder")
LedgerTransferOrder = order_input(resolve.TRANSFERS, "LedgerTransferOrder")
LedgerEntryOrder = order_input(resolve.ENTRY_LIST, "LedgerEntryOrder")

_RIGHTS = "Needs money:read for your own accounts, staff:money for all."


@strawberry.type
class LedgerQueries:
    ledger_accounts = connection(
        resolve.ACCOUNTS,
        LedgerAccount,
        f"Accounts by code. {_RIGHTS}",
        filter=LedgerAccountFilter,
        order=LedgerAccountOrder,
        needs=resolve.READERS,
    )
    ledger_transfers = connection(
        resolve.TRANSFERS,
        LedgerTransfer,
        f"Transfers with an entry on an account you may see, newest first. {_RIGHTS}",
        filter=LedgerTransferFilter,
        order=LedgerTransferOrder,
        needs=resolve.READERS,
    )
    ledger_entries = connection(
        resolve.ENTRY_LIST,
        LedgerEntry,
        f"Entries, newest first. {_RIGHTS}",
        filter=LedgerEntryFilter,
        order=LedgerEntryOrder,
        needs=resolve.READERS,
    )
