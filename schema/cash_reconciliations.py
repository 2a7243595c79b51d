"""Reconciliations of providers' reports with the ledger, as staff start them, follow them and act on them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import cash_findings, provider_reports
from domain import cash_reconciliations as domain
from domain.cash_reconciliations import ReconciliationPhase, ReconciliationStatus
from domain.money import Money as DomainMoney
from domain.money_exceptions import MoneyExceptionKind
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.provider_differences import DifferenceAccount
from domain.provider_reports import LineKind, ReportOrigin
from resolvers import cash_reconciliations as resolve
from schema.approval_requests import ApprovalRequest
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.ids import PREFIXES, global_id
from schema.inputs import an_id, optional, value
from schema.money import Money
from schema.money_exceptions import MoneyException
from schema.mutations import mutation
from schema.scalars import Currency
from schema.shapes import Node, plain, shows
from schema.users import User

describe(
    ReconciliationStatus,
    "How far a reconciliation has come.",
    RUNNING="It is being worked on.",
    COMPLETED="It has compared everything.",
    FAILED="It did not come to its end; the daily job tries the day again.",
)
describe(
    ReconciliationPhase,
    "What a reconciliation is doing.",
    READING="Reading the provider's report.",
    COMPARING="Comparing it with the ledger and with payments, refunds, payouts and chargebacks.",
    REPAIRING="Asking the provider for what nobody here has heard, and posting fees.",
    DONE="Nothing any more.",
)
describe(
    LineKind,
    "What a line of a provider's report moved.",
    CHARGE="Money came in from a payer.",
    REFUND="Money went back to a payer.",
    REFUND_FAILED="A refund came back to the provider.",
    PAYOUT="Money went out to an organization.",
    PAYOUT_RETURNED="A payout came back to the provider.",
    CHARGEBACK="A payer's bank took money back.",
    CHARGEBACK_WON="The bank returned it.",
    FEE="The provider took money for its work.",
    ADJUSTMENT="The provider gave money of its own accord.",
)
describe(ReportOrigin, "How a report came here.", FETCHED="Milepost asked for it.", IMPORTED="Staff sent it as a file.")
describe(
    DifferenceAccount,
    "What money is that the provider reports and the ledger lacks.",
    SUSPENSE="Still to be found out: adjustLedger takes it out again.",
    PROCESSOR_FEE="A fee of the provider.",
)


@shows(
    domain.CurrencySum,
    "One currency of a reconciliation. Balances are those of the end of the day, as far as it is over.",
)
class CashCurrency:
    currency: Currency = plain("The currency.")
    line_count: int = plain("How many lines the report has.")
    money_in: Money = plain("What came in.")
    money_out: Money = plain("What went out, without fees; positive.")
    fees: Money = plain("What the provider kept.")
    ledger: Money = plain("What the ledger has at the provider.")
    reported: Money | None = plain("What the provider says that it keeps; null where the report does not say.")
    drift: Money | None = plain("Reported less ledger.")
    explained: Money = plain("What of the drift is money on its way, or told as a finding.")
    unexplained: Money | None = plain("The rest of the drift; it is told as BALANCE_DRIFT.")


@shows(cash_findings.FoundOfRun, "A difference that a reconciliation has found.")
class CashFinding:
    is_new: bool = plain("Whether nobody was told of it before.")
    is_repaired: bool = plain("Whether asking the provider has put it right at once.")
    exception: MoneyException = one(
        resolve.EXCEPTION, MoneyException, "The difference as it stands now.", required=True
    )


@strawberry.input(description="Conditions on findings; all given ones must hold.")
class CashFindingFilter:
    is_new: bool | None = optional(bool, "Told for the first time, or not.")


@shows(domain.CashReconciliation, "A provider's report of a day, compared with the books. Needs staff:money.")
class CashReconciliation(Node):
    provider: Provider = plain("Whose report.")
    day: date = plain("Of which day, in UTC.")
    status: ReconciliationStatus = plain("How far it has come.")
    phase: ReconciliationPhase = plain("What it is doing.")
    requested_by: User | None = one(resolve.REQUESTED_BY, User, "Who asked for it; null for the daily job.")
    started_at: datetime = plain("When it was started.")
    completed_at: datetime | None = plain("When it came to its end.")
    failure: str | None = plain("Why it did not.")
    line_count: int = plain("How many lines the report has.")
    lines_read: int = plain("How many of them are stored.")
    matched_count: int = plain("Of how many of the day's lines it is known what they are about.")
    finding_count: int = plain("How many differences it has found.")
    new_count: int = plain("How many of them nobody was told of before.")
    repaired_count: int = plain("How many of them it has put right.")
    currencies: list[CashCurrency] = plain("Its currencies.")
    version: int = plain("Counts the committed changes, from 1.")
    findings = connection(resolve.FINDINGS, CashFinding, "The differences.", filter=CashFindingFilter)


@shows(provider_reports.ProviderReportLine, "A line of a provider's report. Needs staff:money.")
class ProviderReportLine(Node):
    provider: Provider = plain("Whose report.")
    external_id: str = plain("What the provider calls what was moved.")
    kind: LineKind = plain("What it moved.")
    amount: Money = plain("How much, always positive.")
    fee: Money = plain("What the provider kept of it.")
    at: datetime = plain("When it was moved there.")
    subject_type: str | None = plain("The type of what it is about; null while that is not known.")

    @strawberry.field(description="What it is about, for node(id).")
    def subject_id(self: provider_reports.ProviderReportLine) -> ID | None:
        if self.subject_type is None or self.subject_id is None:
            return None
        return ID(global_id(self.subject_type, self.subject_id))


@shows(provider_reports.ProviderReport, "That a day of a provider is known here.")
class ProviderReport:
    provider: Provider = plain("Whose.")
    day: date = plain("Which day, in UTC.")
    origin: ReportOrigin = plain("How it came here.")
    line_count: int = plain("How many lines of the day are stored.")
    read_at: datetime = plain("Up to when it tells, where it was read before the day was over.")
    kept: list[Money] = plain("What the provider keeps at the end of the day, in each currency.")


def _told(name: str, graphql_type: Any, description: str, read: Callable[[Any], Any] = lambda told: told) -> Any:
    """A field of what a dry run tells: it is kept as JSON, since nothing else stays of it."""

    def resolve_told(root: Any) -> Any:
        return None if root[name] is None else read(root[name])

    return strawberry.field(resolver=resolve_told, graphql_type=graphql_type, description=description)


def _money(told: dict[str, Any]) -> DomainMoney:
    return DomainMoney(told["amountMinor"], told["currency"])


def _subject(told: str) -> str:
    type_name, _, key = told.partition(" ")
    return global_id(type_name, UUID(key)) if type_name in PREFIXES else key


@strawberry.type(description="A difference that a run would tell of.")
class CashDifference:
    kind = _told("kind", MoneyExceptionKind, "What does not fit.", MoneyExceptionKind)
    subject_type = _told("subjectType", str, "What it is about: a type of this API or, where there is none, a word.")
    subject_id = _told("subject", ID, "What it is about, for node(id), or what the provider calls it.", _subject)
    expected = _told("expected", str, "What is posted.")
    actual = _told("actual", str, "What is reported.")
    expected_amount = _told("expectedAmount", Money | None, "How much is posted; money out is negative.", _money)
    actual_amount = _told("actualAmount", Money | None, "How much is reported; money out is negative.", _money)


@strawberry.type(description="What a reconciliation would tell. Of a dry run nothing stays.")
class CashDryRun:
    matched_count = _told("matchedCount", int, "Of how many of the day's lines it is known what they are about.")
    finding_count = _told("findingCount", int, "How many differences there are, those included that asking repairs.")
    differences = _told("differences", list[CashDifference], "The first 100 of them.")
    currencies = _told(
        "currencies",
        list[CashCurrency],
        "The currencies.",
        lambda told: [domain.CurrencySum(**one) for one in told],
    )


@strawberry.input(description="Conditions on reconciliations; all given ones must hold.")
class CashReconciliationFilter:
    provider: Provider | None = optional(Provider, "Of this provider.")
    status: list[ReconciliationStatus] | None = optional(list[ReconciliationStatus], "In one of these states.")
    day_from: date | None = optional(date, "Of this day or a later one.")
    day_to: date | None = optional(date, "Of this day or an earlier one.")


@strawberry.input(description="Conditions on lines of reports; all given ones must hold.")
class ProviderReportLineFilter:
    provider: Provider | None = optional(Provider, "Of this provider.")
    kind: list[LineKind] | None = optional(list[LineKind], "Of one of these kinds.")
    external_id: str | None = optional(str, "That the provider calls so.")
    at_from: datetime | None = optional(datetime, "At this instant or later.")
    at_before: datetime | None = optional(datetime, "Before this instant.")
    is_matched: bool | None = optional(bool, "Of which it is known, or not, what they are about.")


CashReconciliationOrder = order_input(resolve.LIST, "CashReconciliationOrder")
ProviderReportLineOrder = order_input(resolve.LINES, "ProviderReportLineOrder")

_DAY = value(date, "The day, in UTC; today as far as it has come.")


@strawberry.type
class CashReconciliationQueries:
    cash_reconciliations = connection(
        resolve.LIST,
        CashReconciliation,
        "The reconciliations, newest first. Needs staff:money.",
        filter=CashReconciliationFilter,
        order=CashReconciliationOrder,
        needs=Permission.STAFF_MONEY,
    )
    provider_report_lines = connection(
        resolve.LINES,
        ProviderReportLine,
        "What the providers have reported, newest first. Needs staff:money.",
        filter=ProviderReportLineFilter,
        order=ProviderReportLineOrder,
        needs=Permission.STAFF_MONEY,
    )


@strawberry.type
class CashReconciliationMutations:
    run_cash_reconciliation = mutation(
        resolve.run_cash_reconciliation,
        "Compares a provider's report of a day with the books. It is done soon after: follow it with"
        " cashReconciliationProgress. A repeated run tells of nothing twice. A dry run answers at once with what a run"
        " would tell, and nothing of it stays. INVALID for a day to come, and for a dry run of a day without a report.",
        needs=Permission.STAFF_MONEY,
        takes={
            "provider": value(Provider, "Whose report."),
            "day": _DAY,
            "dry_run": optional(bool, "Only answer what would be told; no unless said.", default=False),
        },
        gives={
            "reconciliation": (CashReconciliation | None, "The run as it is now; null for a dry run."),
            "dry_run": (CashDryRun | None, "What it would tell; null for a real run."),
        },
        keyed=True,
        prepare=resolve.read_reports,
    )
    import_provider_report = mutation(
        resolve.import_provider_report,
        "Takes a report in as CSV, for providers that Milepost cannot ask. The first line names the columns"
        " kind,externalId,key,amountMinor,currency,feeMinor,at; a line of the kind BALANCE says with amountMinor and"
        " currency what is kept at the end of the day. Lines that are known stay as they are, so that a long report"
        " comes in parts. INVALID names the lines that cannot be read.",
        needs=Permission.STAFF_MONEY,
        takes={
            "provider": value(Provider, "Whose report."),
            "day": _DAY,
            "content": value(str, "The file, at most 20000 lines."),
        },
        gives={"report": (ProviderReport, "The day as it is known now.")},
        keyed=True,
    )
    post_provider_difference = mutation(
        resolve.post_provider_difference,
        "Asks to post what a provider reports and the ledger lacks, or the other way round, which another person with"
        " staff:money then approves; that ends the exception too. INVALID for an exception without two different"
        " amounts; CONFLICT while a request waits, and at the approval where the difference is another one by then.",
        needs=Permission.STAFF_MONEY,
        takes={
            "exception_id": an_id("MoneyException", "The exception."),
            "account": value(DifferenceAccount, "What the money is."),
            "reason": value(str, "Why: 1 to 1000 characters."),
        },
        gives={"approval": (ApprovalRequest, "The approval that it waits for.")},
        keyed=True,
    )
