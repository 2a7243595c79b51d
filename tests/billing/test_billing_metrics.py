"""Figures of subscriptions, beside the same figures thought through once more in Python, one organization at a time."""

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from domain.billing_metrics import Moved, RevenueMovement, shown
from tests.client import Faulted
from tests.makers.subscribers import CURRENCY, Life, lives, store
from tests.world import World

SEED = int(os.environ.get("MILEPOST_SEED", "1"))
ORGANIZATIONS = 2_000
MONTHS = [date(2027, month, 1) for month in range(1, 13)]
ENDS = [datetime(2027, month, 1, tzinfo=UTC) for month in range(2, 13)] + [datetime(2028, 1, 1, tzinfo=UTC)]
BEGINS = [datetime(2027, month, 1, tzinfo=UTC) for month in range(1, 13)]

REVENUE = """query ($currency: Currency!) { billingMetrics(
    from: "2027-01-15", to: "2027-12-31", currency: $currency, marginBps: 8000
) {
    beginsOn mrr { amountMinor } arr { amountMinor } movements { kind amount { amountMinor } } payingAtStart payingAtEnd
    lost churn averageRevenue { amountMinor } lifetimeValue { amountMinor } } }"""
COHORTS = """{ retentionCohorts(from: "2027-01-01", to: "2027-12-01") {
    beginsOn organizations stillPaying retention } }"""
TRIALS = """{ trialConversion(from: "2027-02-01", to: "2027-05-31") { ended converted conversion } }"""


async def test_figures_equal_an_independent_recomputation_on_a_year_of_2000_organizations(world: World) -> None:
    found = lives(Random(SEED), ORGANIZATIONS)
    await store(world, found)
    world.clock.advance(datetime(2028, 2, 1, tzinfo=UTC) - world.clock.now())
    staff = await world.staff()
    revenue = (await staff.ask(REVENUE, currency=CURRENCY))["billingMetrics"]
    assert revenue == [_month(found, number) for number in range(12)]
    assert (await staff.ask(COHORTS))["retentionCohorts"] == _cohorts(found)
    assert (await staff.ask(TRIALS))["trialConversion"] == _trials(found)
    print(f"seed {SEED}: {len(found)} subscriptions, {revenue[-1]['mrr']['amountMinor']} at the end")
    assert {kind for month in revenue for kind, amount in _moved(month) if amount} == {
        kind.name for kind in RevenueMovement
    }


async def test_billing_invariant_11_what_moved_adds_up_to_the_change_of_revenue(world: World) -> None:
    await store(world, lives(Random(SEED + 1), 300))
    months = (await (await world.staff()).ask(REVENUE, currency=CURRENCY))["billingMetrics"]
    for before, after in pairwise(months):
        change = int(after["mrr"]["amountMinor"]) - int(before["mrr"]["amountMinor"])
        assert change == sum(amount for _, amount in _moved(after))


def test_billing_example_7_yearly_prices_count_a_twelfth_and_nothing_is_rounded_twice() -> None:
    parts = 332_640 * (3 * 15_00) + 332_640 * (2 * 100_00) // 12
    month = shown(
        MONTHS[0],
        Moved(before=0, by={RevenueMovement.NEW: parts}, paying_before=0, paying_after=5, lost=0),
        "USD",
        margin_bps=10_000,
    )
    assert (str(month.mrr), str(month.arr)) == ("61.67 USD", "740.00 USD")


async def test_figures_are_for_staff_and_for_those_who_develop_the_app(world: World) -> None:
    owner = await world.client_side()
    assert (await owner.ask(COHORTS))["retentionCohorts"] is None


@pytest.mark.parametrize(("first", "last"), [("2027-02-01", "2027-01-31"), ("2024-01-01", "2027-01-01")])
async def test_a_time_that_ends_before_it_begins_or_is_too_long_is_invalid(world: World, first: str, last: str) -> None:
    staff = await world.staff()
    asked = f'{{ retentionCohorts(from: "{first}", to: "{last}") {{ beginsOn }} }}'
    with pytest.raises(Faulted, match="BAD_USER_INPUT"):
        await staff.ask(asked)


def _moved(month: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["kind"], int(one["amount"]["amountMinor"])) for one in month["movements"]]


def _by_organization(found: Sequence[Life], instant: datetime) -> dict[int, Fraction]:
    sums: dict[int, Fraction] = defaultdict(Fraction)
    for life in found:
        sums[life.organization] += life.monthly_at(instant)
    return {organization: amount for organization, amount in sums.items() if amount}


def _whole(exact: Fraction) -> int:
    """To the nearest, halves away from zero: through Decimal, which is another way than the figures go."""
    whole, rest = divmod(abs(exact), 1)
    up = Decimal(rest.numerator) / Decimal(rest.denominator) >= Decimal("0.5")
    return (int(whole) + up) * (1 if exact >= 0 else -1)


def _month(found: Sequence[Life], number: int) -> dict[str, Any]:
    before, after = _by_organization(found, BEGINS[number]), _by_organization(found, ENDS[number])
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for organization in before.keys() | after.keys():
        was, now = before.get(organization, Fraction(0)), after.get(organization, Fraction(0))
        exact[_kind(found, organization, was, now, BEGINS[number])] += now - was
    steps, so_far = [], sum(before.values(), Fraction(0))
    for kind in RevenueMovement:
        steps.append((kind.name, _whole(so_far + exact[kind.name]) - _whole(so_far)))
        so_far += exact[kind.name]
    lost, mrr = len(before.keys() - after.keys()), sum(after.values(), Fraction(0))
    value = mrr * Fraction(8, 10) * len(before) / (len(after) * lost) if lost and after else None
    return {
        "beginsOn": MONTHS[number].isoformat(),
        "mrr": {"amountMinor": str(_whole(mrr))},
        "arr": {"amountMinor": str(_whole(mrr * 12))},
        "movements": [{"kind": kind, "amount": {"amountMinor": str(amount)}} for kind, amount in steps],
        "payingAtStart": len(before),
        "payingAtEnd": len(after),
        "lost": lost,
        "churn": _share(lost, len(before)) if before else None,
        "averageRevenue": {"amountMinor": str(_whole(mrr / len(after)))} if after else None,
        "lifetimeValue": None if value is None else {"amountMinor": str(_whole(value))},
    }


def _kind(found: Sequence[Life], organization: int, was: Fraction, now: Fraction, begin: datetime) -> str:
    if was and now:
        return "EXPANSION" if now > was else "CONTRACTION"
    if was:
        return "CHURN"
    earlier = any(
        since < begin and status in ("ACTIVE", "PAST_DUE") and amount
        for life in found
        if life.organization == organization
        for since, status, amount, _ in life.standings
    )
    return "REACTIVATION" if earlier else "NEW"


def _share(part: int, whole: int) -> str:
    return str(Decimal(_whole(Fraction(part * 10_000, whole))).scaleb(-4))


def _cohorts(found: Sequence[Life]) -> list[dict[str, Any]]:
    first: dict[int, datetime] = {}
    for life in found:
        if life.first_paid is not None:
            begun = life.first_paid[0]
            first[life.organization] = min(begun, first.get(life.organization, begun))
    paying = [_by_organization(found, end) for end in ENDS]
    shown = []
    for number, month in enumerate(MONTHS):
        cohort = [one for one, begun in first.items() if (begun.year, begun.month) == (month.year, month.month)]
        still = [sum(one in paid for one in cohort) for paid in paying[number:]]
        retention = [_share(one, len(cohort)) for one in still]
        row = {"organizations": len(cohort), "stillPaying": still, "retention": retention}
        shown.append({"beginsOn": month.isoformat(), **row})
    return shown


def _trials(found: Sequence[Life]) -> dict[str, Any]:
    ended, converted = 0, 0
    for life in found:
        if life.trial_ends_at is None:
            continue
        end = min(life.trial_ends_at, life.canceled_at or life.trial_ends_at)
        if datetime(2027, 2, 1, tzinfo=UTC) <= end < datetime(2027, 6, 1, tzinfo=UTC):
            ended += 1
            converted += life.first_paid is not None and life.first_paid[1] <= end + timedelta(days=7)
    return {"ended": ended, "converted": converted, "conversion": _share(converted, ended)}
