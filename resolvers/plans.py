"""Plans before anything is written: what a budget and terms come to, and what days mean in hours."""

from datetime import date

from domain import durations, plan_previews
from domain.money import Money
from domain.terms import WorkTerms
from resolvers.context import Context


def preview_plan(
    context: Context,
    *,
    budget: Money,
    terms: WorkTerms,
    start_on: date | None,
    delivery_days: int | None,
    time_zone: str,
) -> plan_previews.PlanPreview:
    draft = plan_previews.PlanDraft(
        budget=budget, terms=terms, start_on=start_on, delivery_days=delivery_days, time_zone=time_zone
    )
    return plan_previews.preview(draft, at=context.platform.now())


def estimate_duration(context: Context, *, days: int, amount: Money | None) -> durations.DurationEstimate:
    return durations.estimate(days, amount)
