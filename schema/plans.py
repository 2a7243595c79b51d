"""Plans before anything is written: previews and estimates."""

from datetime import date
from typing import Annotated, Any

import strawberry

from domain import durations as domain_durations
from domain import plan_previews as domain
from domain.refusals import Refused
from resolvers import plans as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.guarded import asks
from schema.inputs import optional, read_input, value
from schema.money import Money, MoneyInput
from schema.refusals import Refusal
from schema.scalars import TimeZone
from schema.shapes import plain, shows
from schema.terms import PlannedTask, WorkTermsInput


@shows(domain.PreviewedMilestone, "A milestone as acceptance would create it.")
class PreviewedMilestone:
    title: str = plain("What it is; empty where the gig's title will stand.")
    amount: Money = plain("What it would bill.")
    due_on: date | None = plain("Its last day; null where neither durations nor delivery days are given.")
    tasks: list[PlannedTask] = plain("Its tasks.")


@shows(domain.PlanPreview, "What a budget and terms come to. The upfront and the milestones add up to the budget.")
class PlanPreview:
    budget: Money = plain("What would be agreed.")
    upfront: Money = plain("The share billed before the work starts.")
    start_on: date = plain("The first day: the given one or today, whichever is later.")
    due_on: date | None = plain("The last day; null where neither durations nor delivery days are given.")
    milestones: list[PreviewedMilestone] = plain("The milestones in their order.")


@shows(domain_durations.DurationEstimate, "Calendar days as effort, with five work days a week and 8 hours a day.")
class DurationEstimate:
    work_days: int = plain("Work days; a started one counts.")
    hours: int = plain("Hours.")
    implied_hourly_rate: Money | None = plain("What the amount pays for each hour; null without an amount.")


@strawberry.input(description="What a preview is asked for.")
class _PlanArguments:
    """Never shown: it reads the arguments of the query as mutations read their inputs."""

    budget: MoneyInput = value(MoneyInput, "The budget.")
    terms: WorkTermsInput = value(WorkTermsInput, "The terms.")
    start_on: date | None = optional(date, "The first day.")
    delivery_days: int | None = optional(int, "Calendar days.")
    time_zone: TimeZone | None = optional(TimeZone, "The zone.", "UTC")


@strawberry.input(description="What an estimate is asked for.")
class _DurationArguments:
    days: int = value(int, "Calendar days.")
    amount: MoneyInput | None = optional(MoneyInput, "The amount.")


_Budget = Annotated[MoneyInput, strawberry.argument(description="What would be agreed for all of it.")]
_Terms = Annotated[WorkTermsInput, strawberry.argument(description="How the work would be cut and billed.")]
_StartOn = Annotated[date | None, strawberry.argument(description="The agreed first day; left out: today.")]
_DeliveryDays = Annotated[
    int | None, strawberry.argument(description="Calendar days to delivery, 1 to 730; left out: as durations say.")
]
_Zone = Annotated[TimeZone | None, strawberry.argument(description="The zone of the dates; UTC unless said.")]
_Days = Annotated[int, strawberry.argument(description="Calendar days, 1 to 730.")]
_Amount = Annotated[MoneyInput | None, strawberry.argument(description="What would be paid for them.")]
_Result = Annotated[
    PlanPreview | Refusal,
    strawberry.union("PreviewPlanResult", description="What previewPlan returns: the plan, or why not."),
]


async def _preview(info: strawberry.Info[Context, None], **arguments: Any) -> Any:
    try:
        return resolve.preview_plan(info.context, **read_input(_PlanArguments(**arguments)))
    except Refused as refused:
        return refused.refusal


@strawberry.type
class PlanQueries:
    @asks(
        Needs.VERIFIED,
        "What a budget and terms would come to: amounts, upfront and dates, or the Refusal that "
        "submitting, offering and accepting them would get. Nothing is written.",
        graphql_type=_Result,
    )
    async def preview_plan(
        self,
        info: strawberry.Info[Context, None],
        budget: _Budget,
        terms: _Terms,
        start_on: _StartOn = strawberry.UNSET,
        delivery_days: _DeliveryDays = strawberry.UNSET,
        time_zone: _Zone = strawberry.UNSET,
    ) -> Any:
        return await _preview(
            info,
            budget=budget,
            terms=terms,
            start_on=start_on,
            delivery_days=delivery_days,
            time_zone=time_zone,
        )

    @asks(
        Needs.VERIFIED,
        "What calendar days mean in work days and hours, and what an amount would pay by the hour.",
        graphql_type=DurationEstimate,
    )
    def estimate_duration(
        self, info: strawberry.Info[Context, None], days: _Days, amount: _Amount = strawberry.UNSET
    ) -> Any:
        return resolve.estimate_duration(info.context, **read_input(_DurationArguments(days=days, amount=amount)))
