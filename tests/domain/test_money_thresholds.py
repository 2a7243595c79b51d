"""Thresholds: from which amount on a second person is asked."""

from datetime import UTC, datetime

import pytest

from domain.actors import SYSTEM
from domain.approval_requests import ApprovalKind
from domain.money import Money
from domain.money_thresholds import MoneyThreshold, needs_second_person, set_thresholds
from domain.refusals import Refused

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PAYOUT, REFUND, RULING = ApprovalKind.PAYOUT, ApprovalKind.REFUND, ApprovalKind.RULING


def threshold(kind: ApprovalKind, amount: Money) -> MoneyThreshold:
    return set_thresholds({kind: amount}, by=SYSTEM, at=AT)[kind]


@pytest.mark.parametrize(
    ("kind", "amount", "needed"),
    [
        (PAYOUT, Money(99_999, "EUR"), False),
        (PAYOUT, Money(100_000, "EUR"), True),
        (REFUND, Money(49_999, "USD"), False),
        (REFUND, Money(50_000, "USD"), True),
        (PAYOUT, Money(1, "JPY"), True),
        (REFUND, Money(1, "KWD"), True),
        (RULING, Money(99_999, "EUR"), False),
        (RULING, Money(100_000, "EUR"), True),
        (RULING, Money(1, "JPY"), True),
        (ApprovalKind.LEDGER_ADJUSTMENT, Money(1, "EUR"), True),
        (ApprovalKind.DEBT_WRITE_OFF, Money(1, "EUR"), True),
    ],
)
def test_defaults_count_in_currencies_with_two_decimals_and_all_else_always_waits(
    kind: ApprovalKind, amount: Money, needed: bool
) -> None:
    assert needs_second_person(kind, amount, None) is needed


def test_what_was_set_counts_instead_of_the_default() -> None:
    assert not needs_second_person(PAYOUT, Money(499_999, "EUR"), threshold(PAYOUT, Money(500_000, "EUR")))
    assert needs_second_person(PAYOUT, Money(500_000, "EUR"), threshold(PAYOUT, Money(500_000, "EUR")))
    assert not needs_second_person(RULING, Money(9_999, "JPY"), threshold(RULING, Money(10_000, "JPY")))
    assert needs_second_person(REFUND, Money(1, "EUR"), threshold(REFUND, Money(0, "EUR")))


def test_all_wrong_amounts_are_refused_at_once() -> None:
    amounts = {PAYOUT: Money(-1, "EUR"), REFUND: Money(5, "XXX"), RULING: None}
    with pytest.raises(Refused) as refused:
        set_thresholds(amounts, by=SYSTEM, at=AT)
    assert [problem.path for problem in refused.value.problems] == [("payout", "amountMinor"), ("refund", "currency")]
    with pytest.raises(Refused, match="at least one"):
        set_thresholds({PAYOUT: None}, by=SYSTEM, at=AT)
