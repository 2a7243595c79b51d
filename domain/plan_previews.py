"""Previews of plans: what a budget and terms would come to, without writing anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.checks import Checks
from domain.durations import MAX_DAYS
from domain.money import Money
from domain.plans import check_plan, check_terms, complete, plan_amounts
from domain.schedules import days_to_ends
from domain.terms import PlannedMilestone, PlannedTask, WorkTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedMilestone:
    """A milestone as acceptance would create it. Its date is unknown where the plan says nothing of durations."""

    title: str
    amount: Money
    due_on: date | None
    tasks: tuple[PlannedTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPreview:
    """The amounts add up to the budget; the dates hold if the work starts on `start_on`."""

    budget: Money
    upfront: Money
    start_on: date
    due_on: date | None
    milestones: tuple[PreviewedMilestone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """What a preview is asked for. Without `delivery_days` the durations of the milestones say when it ends."""

    budget: Money
    terms: WorkTerms
    start_on: date | None
    delivery_days: int | None
    time_zone: str


def preview(draft: PlanDraft, *, at: datetime) -> PlanPreview:
    """The plan with amounts, upfront and dates; refuses INVALID as submitting, offering and accepting would."""
    _check(draft)
    terms, currency = complete(draft.terms, title=""), draft.budget.currency
    amounts = plan_amounts(terms, draft.budget.amount_minor)
    today = at.astimezone(ZoneInfo(draft.time_zone)).date()
    start = max(today, draft.start_on or today)
    ends = list(_ends(terms.milestones, start, draft.delivery_days))
    delivered = ends[-1] if draft.delivery_days is None else start + timedelta(days=draft.delivery_days)
    milestones = tuple(
        PreviewedMilestone(title=one.title, amount=Money(amount, currency), due_on=due_on, tasks=one.tasks)
        for one, amount, due_on in zip(terms.milestones, amounts.milestones_minor, ends, strict=True)
    )
    return PlanPreview(
        budget=draft.budget,
        upfront=Money(amounts.upfront_minor, currency),
        start_on=start,
        due_on=delivered,
        milestones=milestones,
    )


def _check(draft: PlanDraft) -> None:
    checks = Checks()
    checks.money("budget", draft.budget)
    checks.whole("deliveryDays", draft.delivery_days, least=1, most=MAX_DAYS)
    checks.time_zone("timeZone", draft.time_zone)
    checks.day("startOn", draft.start_on)
    with checks.within("terms"):
        check_terms(checks, draft.terms, currency=draft.budget.currency)
    checks.refuse()
    with checks.within("terms"):
        check_plan(checks, draft.terms, budget_minor=draft.budget.amount_minor)
    checks.refuse()


def _ends(milestones: tuple[PlannedMilestone, ...], start: date, delivery_days: int | None) -> Iterator[date | None]:
    durations = [one.duration_days for one in milestones]
    if delivery_days is None and None in durations:
        yield from (None for _ in milestones)
        return
    for days in days_to_ends(durations, delivery_days or 0):
        yield start + timedelta(days=days)
