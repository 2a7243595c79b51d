"""Figures of subscriptions as clients see them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.scalars import ID

from domain import billing_metrics as domain
from domain.billing_metrics import RevenueMovement
from resolvers import billing_metrics as resolve
from resolvers.context import Context
from schema.enums import describe
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import read_argument
from schema.money import Money
from schema.scalars import Currency, DecimalText
from schema.shapes import plain, shows

describe(
    RevenueMovement,
    "Why an organization's monthly amount differs from that of a month ago. Within a month only the difference counts.",
    NEW="It pays for the first time.",
    EXPANSION="It pays more.",
    CONTRACTION="It pays less.",
    CHURN="It pays nothing any more.",
    REACTIVATION="It pays again.",
)


@shows(domain.MovedRevenue, "What one reason has changed of monthly recurring revenue in a month.")
class MovedRevenue:
    kind: RevenueMovement = plain("The reason.")
    amount: Money = plain("By how much; negative where revenue was lost.")


@shows(
    domain.RevenueMonth,
    "Recurring revenue at the end of a month in UTC: the exact sum of the monthly amounts of subscriptions that are"
    " ACTIVE or PAST_DUE, without usage and one-off sales, rounded once.",
)
class RevenueMonth:
    begins_on: date = plain("The first day of the month.")
    mrr: Money = plain("Monthly recurring revenue at its end. A yearly price counts a twelfth.")
    arr: Money = plain("Twelve times the exact monthly revenue, rounded once.")
    movements: list[MovedRevenue] = plain(
        "How revenue has changed since the end of the month before; all of them add up to the change of mrr."
    )
    paying_at_start: int = plain("How many organizations paid at its beginning.")
    paying_at_end: int = plain("How many did at its end.")
    lost: int = plain("How many of those that paid at its beginning did no more at its end.")
    churn: DecimalText | None = plain("lost ÷ payingAtStart, with 4 decimals; null where nobody paid.")
    average_revenue: Money | None = plain("mrr ÷ payingAtEnd; null where nobody pays.")
    lifetime_value: Money | None = plain("averageRevenue times the margin over churn; null where nobody was lost.")


@shows(domain.Cohort, "The organizations whose first paid period began in a month.")
class RetentionCohort:
    begins_on: date = plain("The first day of the month.")
    organizations: int = plain("How many there are.")
    still_paying: list[int] = plain(
        "How many of them paid at the end of that month, of the next one, and so on, until the last that is over."
    )
    retention: list[DecimalText] = plain("The same as shares of all of them, with 4 decimals.")


@shows(domain.TrialConversion, "How trials ended.")
class TrialConversion:
    ended: int = plain("How many ended.")
    converted: int = plain("How many of them were paid for within 7 days of their end.")
    conversion: DecimalText | None = plain("converted ÷ ended, with 4 decimals; null where none ended.")


_App = Annotated[ID | None, strawberry.argument(description="The App whose catalogue it is; left out: Milepost's own.")]
_From = Annotated[date, strawberry.argument(name="from", description="A day of the first month.")]
_To = Annotated[date, strawberry.argument(name="to", description="A day of the last month; 36 months at most.")]
_Currency = Annotated[Currency, strawberry.argument(description="Amounts of different currencies are never added.")]
_Margin = Annotated[int, strawberry.argument(description="The margin in basis points that lifetimeValue counts with.")]
_FirstDay = Annotated[date, strawberry.argument(name="from", description="The first day, in UTC.")]
_LastDay = Annotated[date, strawberry.argument(name="to", description="The last day.")]


def _id_of(app_id: str | None) -> UUID | None:
    return None if app_id is None else read_id(app_id, "App", "appId")


@strawberry.type
class BillingMetricsQueries:
    @asks(
        resolve.READERS,
        "Recurring revenue by month, oldest first. staff:read see it of every catalogue, apps:develop of their own"
        " apps'; null for any other.",
        graphql_type=list[RevenueMonth] | None,
    )
    async def billing_metrics(
        self,
        info: strawberry.Info[Context, None],
        from_: _From,
        to: _To,
        currency: _Currency,
        app_id: _App = None,
        margin_bps: _Margin = 10_000,
    ) -> Any:
        span = read_argument(from_, "from"), read_argument(to, "to")
        money = read_argument(currency, "currency")
        return await resolve.revenue(info.context, _id_of(app_id), *span, money, margin_bps)

    @asks(
        resolve.READERS,
        "Which share of the organizations that first paid in a month still paid later, by month, oldest first. For whom"
        " as with billingMetrics.",
        graphql_type=list[RetentionCohort] | None,
    )
    async def retention_cohorts(
        self, info: strawberry.Info[Context, None], from_: _From, to: _To, app_id: _App = None
    ) -> Any:
        span = read_argument(from_, "from"), read_argument(to, "to")
        return await resolve.cohorts(info.context, _id_of(app_id), *span)

    @asks(
        resolve.READERS,
        "How the trials of a time ended. For whom as with billingMetrics.",
        graphql_type=TrialConversion | None,
    )
    async def trial_conversion(
        self, info: strawberry.Info[Context, None], from_: _FirstDay, to: _LastDay, app_id: _App = None
    ) -> Any:
        span = read_argument(from_, "from"), read_argument(to, "to")
        return await resolve.trials(info.context, _id_of(app_id), *span)
