"""Plans: how a budget becomes milestone amounts and an upfront, and what a plan must be to be agreed on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.checks import Checks
from domain.durations import MAX_DAYS
from domain.invoice_terms import MAX_TAXES
from domain.money import MAX_AMOUNT_MINOR, Money, share_of, split
from domain.terms import InvoicingMethod, PlannedMilestone, PlannedTask, WorkTerms

MAX_MILESTONES, MAX_TASKS = 100, 50

MAX_BUDGET_MINOR = MAX_AMOUNT_MINOR // (1 + MAX_TAXES)
"""The largest budget that can always be billed: with all its taxes at 100 % an invoice of it stays within its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAmounts:
    """The upfront and each milestone's amount, in minor units of the budget's currency; they add up to the budget."""

    upfront_minor: int
    milestones_minor: tuple[int, ...]


def check_terms(checks: Checks, terms: WorkTerms, *, currency: str) -> None:
    """The shape of work terms by themselves, before a budget is known."""
    upfront = terms.upfront_bps
    checks.require(0 <= upfront <= 10_000, "Give 0 to 10000 basis points.", "upfrontBps")
    if terms.invoicing_method is InvoicingMethod.MILESTONE:
        checks.require(upfront == 0, "An upfront share needs the method COMPLETION.", "upfrontBps")
    checks.whole("autoApproveAfterDays", terms.auto_approve_after_days, least=1, most=90)
    checks.count("milestones", terms.milestones, most=MAX_MILESTONES)
    _all_or_none(checks, "amount", [one.amount for one in terms.milestones])
    _all_or_none(checks, "durationDays", [one.duration_days for one in terms.milestones])
    for position, milestone in enumerate(terms.milestones):
        with checks.within("milestones", str(position)):
            _check_milestone(checks, milestone, currency)


def check_plan(checks: Checks, terms: WorkTerms, *, budget_minor: int) -> None:
    """A plan against its budget: quoted amounts sum to it, no amount is empty (rules W3, W4) and all can be billed."""
    billable = budget_minor <= MAX_BUDGET_MINOR
    checks.require(billable, f"It comes to {budget_minor}; at most {MAX_BUDGET_MINOR} can be billed.", "milestones")
    quoted = [one.amount.amount_minor for one in terms.milestones if one.amount is not None]
    fits = not quoted or sum(quoted) == budget_minor
    if not checks.require(fits, f"The amounts sum to {sum(quoted)}; the budget is {budget_minor}.", "milestones"):
        return
    amounts = plan_amounts(complete(terms, title=""), budget_minor)
    enough = min(amounts.milestones_minor) >= 1
    checks.require(enough, "Each milestone needs at least one minor unit of the budget.", "milestones")
    enough = terms.upfront_bps == 0 or amounts.upfront_minor >= 1
    checks.require(enough, "The upfront share comes to less than one minor unit.", "upfrontBps")


def require_plan(terms: WorkTerms, amount: Money, *path: str) -> None:
    """Refuses INVALID when a plan cannot be agreed on for that amount; `path` leads to the terms in the input."""
    checks = Checks(*path)
    check_plan(checks, terms, budget_minor=amount.amount_minor)
    checks.refuse()


def complete(terms: WorkTerms, *, title: str) -> WorkTerms:
    """A plan without milestones becomes one with the gig's title; a milestone without tasks gets one of its title."""
    planned = terms.milestones or (PlannedMilestone(title=title),)
    with_tasks = tuple(one if one.tasks else replace(one, tasks=(PlannedTask(title=one.title),)) for one in planned)
    return replace(terms, milestones=with_tasks)


def plan_amounts(terms: WorkTerms, budget_minor: int) -> PlanAmounts:
    """The upfront share first, then the rest in proportion to the quoted amounts, or equally when none are quoted.

    The terms have milestones, or have been completed before.
    """
    upfront = share_of(budget_minor, terms.upfront_bps)
    weights = [1 if one.amount is None else one.amount.amount_minor for one in terms.milestones]
    return PlanAmounts(upfront_minor=upfront, milestones_minor=tuple(split(budget_minor - upfront, weights)))


def _check_milestone(checks: Checks, milestone: PlannedMilestone, currency: str) -> None:
    checks.text("title", milestone.title, least=1, most=200)
    checks.text("description", milestone.description, most=5000)
    checks.money("amount", milestone.amount, currency=currency)
    checks.whole("durationDays", milestone.duration_days, least=1, most=MAX_DAYS)
    checks.count("tasks", milestone.tasks, most=MAX_TASKS)
    for position, task in enumerate(milestone.tasks):
        with checks.within("tasks", str(position)):
            checks.text("title", task.title, least=1, most=200)
            checks.text("description", task.description, most=5000)


def _all_or_none(checks: Checks, name: str, values: Sequence[object]) -> None:
    given = sum(value is not None for value in values)
    checks.require(given in (0, len(values)), f"Give {name} for all milestones or for none.", "milestones")
