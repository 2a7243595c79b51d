"""The trial balance and the integrity report as clients see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import books, trial_balances
from domain.ledger import AccountCode
from domain.permissions import Permission
from resolvers import books as resolve
from resolvers.context import Context
from resolvers.ledger import READERS
from schema.guarded import asks
from schema.ids import global_id
from schema.inputs import filter_conditions, optional_id
from schema.ledger import LedgerPeriod
from schema.money import Money
from schema.scalars import Currency
from schema.shapes import plain, shows


@shows(trial_balances.TrialBalanceLine, "All accounts of one code together.")
class TrialBalanceLine:
    account: AccountCode = plain("Which accounts.")
    debit: Money = plain("The sum of their debits, positive.")
    credit: Money = plain("The sum of their credits, positive.")
    balance: Money = plain("What is left, positive on the side on which such accounts grow.")


@shows(
    trial_balances.TrialBalance,
    "Debits and credits of one currency by account. Over all accounts of the platform the difference is 0 at every"
    " instant. Over the accounts of one organization it is what other parties hold against them: of each payment the"
    " cash and the fee are on accounts of the platform.",
)
class TrialBalance:
    currency: Currency = plain("The currency.")
    lines: list[TrialBalanceLine] = plain("Its accounts in the order of the chart; those without entries are left out.")
    debit: Money = plain("All debits.")
    credit: Money = plain("All credits.")
    difference: Money = plain("Debits less credits.")


@strawberry.input(description="Which entries a trial balance sums; all given conditions must hold.")
class TrialBalanceFilter(LedgerPeriod):
    organization_id: ID | None = optional_id("Organization", "On accounts of this organization.")


@shows(books.Sample, "An object for which a rule does not hold.")
class BookSample:
    id: str = plain("The object's id, for node(id); or what it is called where it has none.", name="subject")
    expected: str = plain("What should be there.")
    actual: str = plain("What is there.")


@shows(books.BookCheck, "A rule of the books, recomputed from scratch.")
class BookCheck:
    code: str = plain("Its name, for example BALANCE. Codes may be added.")
    rule: str = plain("What must hold.")
    holds: bool = plain("Whether it does.")
    count: int = plain("For how many objects it does not.")

    @strawberry.field(description="At most 10 of them.", graphql_type=list[BookSample])
    def samples(self: Any) -> list[books.Sample]:
        return [_named(self.subject, sample) for sample in self.samples]


@shows(books.IntegrityReport, "Whether the books agree with themselves, the documents and the payments.")
class IntegrityReport:
    checked_at: datetime = plain("When it was asked for; all checks see the same instant of the books.")
    is_sound: bool = plain("Whether all rules hold.")
    checks: list[BookCheck] = plain("All rules, those that hold too.")


_FILTER = Annotated[
    TrialBalanceFilter | None, strawberry.argument(description="Only entries that fit all of these. Left out: all.")
]


@strawberry.type
class BookQueries:
    @asks(
        READERS,
        "The trial balance of each currency. Needs money:read for your own accounts, staff:money for all.",
        graphql_type=list[TrialBalance],
    )
    async def trial_balance(
        self, info: strawberry.Info[Context, None], filter: _FILTER = None
    ) -> list[trial_balances.TrialBalance]:
        return await resolve.trial_balance(info.context, **dict(filter_conditions(filter)))

    @asks(
        Permission.STAFF_MONEY,
        "Recomputes everything that must hold in the books; it reads all of them. Needs staff:money.",
        graphql_type=IntegrityReport,
    )
    async def integrity_report(self, info: strawberry.Info[Context, None]) -> books.IntegrityReport:
        return await resolve.integrity_report(info.context)


def _named(subject: str | None, sample: books.Sample) -> books.Sample:
    """The sample with the API's id of its object."""
    if subject is None or sample.id == "none":
        return sample
    return books.Sample(global_id(subject, UUID(sample.id)), sample.expected, sample.actual)
