"""Statistics of apps as clients see them."""

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import app_usage as domain
from domain.permissions import Permission
from resolvers import app_usage as resolve
from resolvers.context import Context
from schema.guarded import asks
from schema.ids import read_id
from schema.inputs import read_argument
from schema.scalars import Int64
from schema.shapes import plain, shows


@shows(domain.AppDay, "What happened with an app on a day in UTC.")
class AppUsageDay:
    used_on: date = plain("The day.")
    users: int = plain("How many people signed in to it.")
    sessions: int = plain("How often somebody signed in to it.")
    calls: int = plain("Operations that it asked for with its keys. They are added up every few seconds.")
    errors: int = plain("Those of them that were refused or failed.")
    credits_spent: Int64 = plain("Credits of all organizations that it spent or set aside on that day.")
    credits_bought: Int64 = plain("Credits that it bought for organizations and that were paid on that day.")


_App = Annotated[ID, strawberry.argument(description="The id of an App.")]
_From = Annotated[date, strawberry.argument(name="from", description="The first day.")]
_To = Annotated[date, strawberry.argument(name="to", description="The last day; at most 366 days in all.")]


@strawberry.type
class AppUsageQueries:
    @asks(
        (Permission.APPS_DEVELOP, Permission.STAFF_APPS),
        "What happened with an app of your organization on each day of a period, oldest first; null for any other."
        " staff:apps see that of all apps.",
        graphql_type=list[AppUsageDay] | None,
    )
    async def app_usage(self, info: strawberry.Info[Context, None], app_id: _App, from_: _From, to: _To) -> Any:
        first, last = read_argument(from_, "from"), read_argument(to, "to")
        return await resolve.by_day(info.context, read_id(app_id, "App", "appId"), first, last)
