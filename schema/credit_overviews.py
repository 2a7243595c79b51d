"""Sums over credits as organizations and staff read them."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import credit_liabilities, credit_summaries
from domain import credit_overviews as domain
from resolvers import credit_overviews as resolve
from resolvers.context import Context
from schema.apps import App
from schema.connections import one
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import read_argument
from schema.money import Money
from schema.scalars import JSON, Currency, Int64
from schema.shapes import plain, shows


@shows(
    credit_summaries.CreditSummary,
    "What came and went in a month, published on the first of the next at 03:00 UTC and frozen: what is corrected later"
    " belongs to the month of the correction. Opening and the figures make closing, which is the next opening; both"
    " count all credits, set aside by a hold or not.",
)
class CreditSummary:
    begins_on: date = plain("The first day of the month, in UTC.")
    opening: Int64 = plain("What it began with.")
    by_source: JSON = plain("What was bought and given, by the source of its lots: { PURCHASE: 200 }.")
    by_app: JSON = plain("What apps have spent, by the id of the app; a part of spent.")
    spent: Int64 = plain("What was spent, with what was captured of holds.")
    expired: Int64 = plain("What has expired.")
    refunded: Int64 = plain("What was given back of spends.")
    transferred_in: Int64 = plain("What other organizations have sent.")
    transferred_out: Int64 = plain("What was sent to other organizations.")
    adjusted: Int64 = plain("What staff have added less what they have taken, reversals included.")
    clawed_back: Int64 = plain("What was taken back with its money.")
    closing: Int64 = plain("What it ended with.")
    published_at: datetime = plain("When it was published.")


@shows(domain.AppUse, "What one app has used up of an organization's credits in a month.")
class AppCreditUse:
    app: App | None = one(resolve.APP, App, "The app, for those who may see it.")
    used: Int64 = plain("Credits spent or set aside, whatever of them was given back since; its budget counts them so.")
    movements: int = plain("In how many spends and holds.")


@shows(domain.CreditOverview, "All credits at this moment.")
class CreditOverview:
    accounts: int = plain("How many accounts there are that are not closed.")
    available: Int64 = plain("What is available in all of them.")
    held: Int64 = plain("What is set aside in all of them.")
    low_balances: int = plain("How many are below the threshold of their alert.")
    frozen: int = plain("How many are frozen.")
    liability: list[Money] = plain("What was paid for credits that are still there, by currency.")


@shows(
    credit_liabilities.CreditLiabilityMonth,
    "What was paid for credits that are still there, through a month in UTC: opening and sold and givenBack, less used,"
    " breakage and clawedBack, make closing, which is the next opening.",
)
class CreditLiabilityMonth:
    begins_on: date = plain("The first day of the month.")
    opening: Money = plain("What was owed in credits when it began.")
    sold: Money = plain("What was paid for credits that came in it, without tax.")
    used: Money = plain("What was earned with credits that were used up, or taken by staff.")
    given_back: Money = plain("What is owed again because credits that had been used came back.")
    breakage: Money = plain("What was earned with credits that nobody has used: they have expired.")
    clawed_back: Money = plain("What the credits had cost that were taken back with their money.")
    closing: Money = plain("What was owed when it ended or, of the month that is running, is by now.")


_Organization = Annotated[ID, strawberry.argument(description="The id of an Organization.")]
_Month = Annotated[date, strawberry.argument(description="The first day of the month.")]
_From = Annotated[date, strawberry.argument(name="from", description="A day of the first month.")]
_To = Annotated[date, strawberry.argument(name="to", description="A day of the last month; 36 months at most.")]
_Currency = Annotated[Currency, strawberry.argument(description="Amounts of different currencies are never added.")]
_WHO = "Needs credits:read for your active organization, staff:credits for all."


@strawberry.type
class CreditOverviewQueries:
    @asks(
        resolve.READERS,
        "The summary of an organization's credits in a month; null until it is published, and where there was nothing"
        f" to sum up. {_WHO}",
        graphql_type=CreditSummary | None,
    )
    async def credit_summary(
        self, info: strawberry.Info[Context, None], organization_id: _Organization, month: _Month
    ) -> Any:
        owner = read_id(organization_id, "Organization", "organizationId")
        return await resolve.summary(info.context, owner, read_argument(month, "month"))

    @asks(
        resolve.READERS,
        f"What each app has used up of an organization's credits in a month, most first. {_WHO}",
        graphql_type=list[AppCreditUse] | None,
    )
    async def credit_usage_by_app(
        self, info: strawberry.Info[Context, None], organization_id: _Organization, month: _Month
    ) -> Any:
        owner = read_id(organization_id, "Organization", "organizationId")
        return await resolve.usage_by_app(info.context, owner, read_argument(month, "month"))

    @asks(resolve.STAFF, "All credits at this moment. Needs staff:credits.", graphql_type=CreditOverview)
    async def credit_overview(self, info: strawberry.Info[Context, None]) -> Any:
        return await resolve.overview(info.context)

    @asks(
        resolve.STAFF,
        "What was paid for credits and is not earned yet, by month, oldest first, as far as the months have begun: what"
        " was sold, what became revenue by use and what by expiry. Needs staff:credits.",
        graphql_type=list[CreditLiabilityMonth],
    )
    async def credit_liability(
        self, info: strawberry.Info[Context, None], from_: _From, to: _To, currency: _Currency
    ) -> Any:
        span = read_argument(from_, "from"), read_argument(to, "to")
        return await resolve.liability(info.context, *span, read_argument(currency, "currency"))
