"""What refunds take back of paid credits, what is owed for those that were spent, and where the money comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_clawbacks import Clawback, MoneyBack, debt_of, divided, due_so_far, money_back

AMOUNTS = st.integers(1, 10**9)


def test_credits_example_6_refunds_of_an_untouched_purchase() -> None:
    first = due_so_far(200, refunded_minor=500, paid_minor=1999)
    whole = due_so_far(200, refunded_minor=1999, paid_minor=1999)
    assert (first, whole - first) == (50, 150)


@given(st.integers(1, 10**6), AMOUNTS, st.data())
def test_credits_invariant_7_all_clawback_of_a_purchase_is_at_most_its_credits(
    quantity: int, paid_minor: int, data: st.DataObject
) -> None:
    refunds = sorted(data.draw(st.lists(st.integers(1, paid_minor), max_size=6)))
    taken = [due_so_far(quantity, refunded_minor=so_far, paid_minor=paid_minor) for so_far in [*refunds, paid_minor]]
    assert taken == sorted(taken)
    assert taken[-1] == quantity


def test_credits_rule_13_a_purchase_that_cost_nothing_gives_all_its_credits_back() -> None:
    assert due_so_far(200, refunded_minor=0, paid_minor=0) == 200


@pytest.mark.parametrize(
    ("own", "others", "clawback"),
    [(200, 0, Clawback(50, 0, 0)), (30, 100, Clawback(30, 20, 0)), (30, 5, Clawback(30, 5, 15))],
)
def test_credits_rule_13_own_credits_go_first_then_other_paid_ones_the_rest_is_missing(
    own: int, others: int, clawback: Clawback
) -> None:
    assert divided(50, own=own, others=others) == clawback
    assert clawback.total == 50


def test_credits_rule_14_missing_credits_are_owed_at_what_they_cost() -> None:
    assert debt_of(1999, 200, missing_before=0, missing=50) == 500
    assert debt_of(1999, 200, missing_before=0, missing=200) == 1999


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=6))
def test_credits_rule_14_debts_for_parts_add_up_to_the_debt_for_all(cost_minor: int, parts: list[int]) -> None:
    quantity, before, owed = sum(parts) + 1, 0, 0
    for part in parts:
        owed += debt_of(cost_minor, quantity, missing_before=before, missing=part)
        before += part
    assert owed == debt_of(cost_minor, quantity, missing_before=0, missing=sum(parts))
    assert owed <= cost_minor


@pytest.mark.parametrize(
    ("net", "freed", "back"),
    [(500, 500, MoneyBack(500, 0)), (501, 500, MoneyBack(500, 0)), (499, 500, MoneyBack(499, 1))],
)
def test_credits_rule_15_a_refund_comes_from_what_is_not_earned_first(net: int, freed: int, back: MoneyBack) -> None:
    assert money_back(net, freed_minor=freed) == back


@given(AMOUNTS, AMOUNTS)
def test_credits_invariant_12_a_clawback_frees_exactly_what_its_credits_had_cost(net: int, freed: int) -> None:
    back = money_back(net, freed_minor=freed)
    assert back.undelivered_minor + back.earned_minor == freed
    assert back.undelivered_minor <= net
