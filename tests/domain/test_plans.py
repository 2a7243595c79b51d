"""Plans: amounts that add up to the budget, and plans that nobody can agree on."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checks import Checks
from domain.money import Money
from domain.plan_previews import PlanDraft, preview
from domain.plans import MAX_BUDGET_MINOR, PlanAmounts, check_plan, check_terms, complete, plan_amounts, require_plan
from domain.refusals import Refused
from domain.terms import PlannedMilestone, PlannedTask, WorkTerms
from tests.makers.work import terms_of


def amounts(method: str, budget_minor: int, milestones: int) -> PlanAmounts:
    return plan_amounts(terms_of(method, (1,) * milestones), budget_minor)


def quoted(*amounts_minor: int, method: str = "MILESTONE", **changes: Any) -> WorkTerms:
    planned = tuple(
        PlannedMilestone(title=f"Part {position}", amount=Money(amount, "EUR"))
        for position, amount in enumerate(amounts_minor, 1)
    )
    return terms_of(method, (), milestones=planned, **changes)


def problems_of(terms: WorkTerms, budget_minor: int) -> list[tuple[str, ...]]:
    checks = Checks()
    check_terms(checks, terms, currency="EUR")
    if not checks.problems:
        check_plan(checks, terms, budget_minor=budget_minor)
    return [problem.path for problem in checks.problems]


def test_a_budget_is_split_over_unquoted_milestones_without_losing_a_unit() -> None:
    assert amounts("MILESTONE", 115_000, 3).milestones_minor == (38_333, 38_334, 38_333)
    assert amounts("MILESTONE", 1_000_000, 3).milestones_minor == (333_333, 333_334, 333_333)


def test_fewer_minor_units_than_milestones_cannot_be_agreed_on() -> None:
    assert problems_of(terms_of(tasks=(1,) * 10), 5) == [("milestones",)]
    with pytest.raises(Refused) as refusal:
        require_plan(terms_of(tasks=(1,) * 10), Money(5, "EUR"), "terms")
    assert (refusal.value.refusal.code.name, refusal.value.refusal.path) == ("INVALID", ("terms", "milestones"))


def test_a_budget_whose_taxes_would_burst_an_invoice_cannot_be_agreed_on() -> None:
    assert problems_of(terms_of(), MAX_BUDGET_MINOR) == []
    assert problems_of(terms_of(), MAX_BUDGET_MINOR + 1) == [("milestones",)]


def test_completion_takes_the_upfront_share_off_first() -> None:
    assert amounts("COMPLETION", 330_000, 2) == PlanAmounts(upfront_minor=39_600, milestones_minor=(145_200, 145_200))
    assert amounts("COMPLETION", 55_000, 1) == PlanAmounts(upfront_minor=6_600, milestones_minor=(48_400,))


def test_quoted_amounts_are_the_weights_of_what_is_left_after_the_upfront() -> None:
    assert plan_amounts(quoted(100, 50, 50), 200).milestones_minor == (100, 50, 50)
    shared = plan_amounts(quoted(100_000, 230_000, method="COMPLETION"), 330_000)
    assert shared == PlanAmounts(upfront_minor=39_600, milestones_minor=(88_000, 202_400))


def test_quoted_amounts_must_sum_to_the_budget() -> None:
    assert problems_of(quoted(100, 99), 200) == [("milestones",)]
    assert problems_of(quoted(100, 100), 200) == []


def test_an_upfront_share_that_comes_to_nothing_is_refused() -> None:
    assert problems_of(terms_of("COMPLETION", upfront_bps=1), 100) == [("upfrontBps",)]
    assert problems_of(terms_of("COMPLETION", upfront_bps=0), 100) == []
    assert problems_of(terms_of("COMPLETION", upfront_bps=10_000), 100) == [("milestones",)]


def test_amounts_and_durations_are_named_for_all_milestones_or_for_none() -> None:
    some = (PlannedMilestone(title="One", amount=Money(5, "EUR")), PlannedMilestone(title="Two", duration_days=3))
    assert problems_of(terms_of(milestones=some), 10) == [("milestones",), ("milestones",)]


def test_amounts_are_in_the_currency_of_the_gig_and_never_empty() -> None:
    foreign = (PlannedMilestone(title="One", amount=Money(5, "USD")),)
    assert problems_of(terms_of(milestones=foreign), 5) == [("milestones", "0", "amount", "currency")]
    assert problems_of(quoted(0, 5), 5) == [("milestones", "0", "amount", "amountMinor")]


def test_every_wrong_field_of_terms_is_named_at_once() -> None:
    milestone = PlannedMilestone(title=" ", duration_days=0, tasks=(PlannedTask(title="x" * 201),))
    wrong = terms_of(upfront_bps=5, auto_approve_after_days=91, milestones=(milestone,))
    assert problems_of(wrong, 100) == [
        ("upfrontBps",),
        ("autoApproveAfterDays",),
        ("milestones", "0", "title"),
        ("milestones", "0", "durationDays"),
        ("milestones", "0", "tasks", "0", "title"),
    ]


def test_plans_have_limits() -> None:
    assert problems_of(terms_of(tasks=(1,) * 100), 1000) == []
    assert problems_of(terms_of(tasks=(1,) * 101), 1000) == [("milestones",)]
    assert problems_of(terms_of(tasks=(50,)), 1000) == []
    assert problems_of(terms_of(tasks=(51,)), 1000) == [("milestones", "0", "tasks")]


def test_a_plan_is_completed_with_the_titles_it_has() -> None:
    assert complete(terms_of(tasks=()), title="A website").milestones == (
        PlannedMilestone(title="A website", tasks=(PlannedTask(title="A website"),)),
    )
    bare = terms_of(milestones=(PlannedMilestone(title="Design"),))
    assert complete(bare, title="A website").milestones[0].tasks == (PlannedTask(title="Design"),)


@given(
    budget=st.integers(1, MAX_BUDGET_MINOR),
    weights=st.one_of(st.integers(1, 100), st.lists(st.integers(1, 10**6), min_size=1, max_size=100)),
    upfront_bps=st.integers(0, 10_000),
)
def test_accepted_plans_add_up_and_have_no_empty_part(budget: int, weights: int | list[int], upfront_bps: int) -> None:
    if isinstance(weights, int):
        terms = terms_of("COMPLETION", (1,) * weights, upfront_bps=upfront_bps)
    else:
        terms, budget = quoted(*weights, method="COMPLETION", upfront_bps=upfront_bps), sum(weights)
    parts = plan_amounts(terms, budget)
    assert parts.upfront_minor + sum(parts.milestones_minor) == budget
    empty = min(parts.milestones_minor) < 1 or (upfront_bps > 0 and parts.upfront_minor < 1)
    assert bool(problems_of(terms, budget)) == empty


def test_a_preview_shows_amounts_and_dates_and_starts_no_earlier_than_today() -> None:
    late_evening = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    draft = PlanDraft(
        budget=Money(330_000, "EUR"),
        terms=terms_of("COMPLETION", (1, 2)),
        start_on=date(2026, 1, 1),
        delivery_days=11,
        time_zone="Europe/Skopje",
    )
    shown = preview(draft, at=late_evening)
    assert (shown.upfront, shown.start_on, shown.due_on) == (
        Money(39_600, "EUR"),
        date(2026, 3, 2),
        date(2026, 3, 13),
    )
    assert [(one.title, one.amount.amount_minor, one.due_on) for one in shown.milestones] == [
        ("Part 1", 145_200, date(2026, 3, 8)),
        ("Part 2", 145_200, date(2026, 3, 13)),
    ]


def test_durations_say_when_a_previewed_plan_ends_where_nothing_else_does() -> None:
    planned = (PlannedMilestone(title="One", duration_days=3), PlannedMilestone(title="Two", duration_days=4))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    given_durations = PlanDraft(
        budget=Money(10, "EUR"), terms=terms_of(milestones=planned), start_on=None, delivery_days=None, time_zone="UTC"
    )
    shown = preview(given_durations, at=at)
    assert [one.due_on for one in shown.milestones] == [date(2026, 3, 4), date(2026, 3, 8)]
    assert shown.due_on == date(2026, 3, 8)
    nothing = PlanDraft(
        budget=Money(10, "EUR"), terms=terms_of(tasks=(1, 1)), start_on=None, delivery_days=None, time_zone="UTC"
    )
    assert preview(nothing, at=at).due_on is None
