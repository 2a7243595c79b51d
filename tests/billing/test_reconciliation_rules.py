"""Comparing subscriptions without a database: what differs, what people are told, and when a catalogue has drifted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledItem
from domain.billing_differences import Kept, differences, ended_here_alone
from domain.billing_reconciliations import ReconciliationStage, ReconciliationTrigger, last_due, start
from domain.billing_subscriptions import SubscriptionStatus
from domain.mirrored_subscriptions import follow
from domain.money_exceptions import MoneyExceptionKind
from domain.reconciliation_findings import Compared, Difference, ReconciliationFindingKind, ReconciliationResolution
from tests.billing.test_mirrored_states import BILLED, FEBRUARY, LATER, NOW, mirrored

_K, _R, _S = ReconciliationFindingKind, ReconciliationResolution, SubscriptionStatus


def kept() -> Kept:
    """What follows BILLED."""
    one = mirrored()
    follow(one, BILLED, at=NOW)
    return Kept(subscription=one, provider_price_id="price_1", quantity=1)


def test_what_is_followed_differs_in_nothing() -> None:
    assert differences(kept(), BILLED, []) == ()


@pytest.mark.parametrize(
    ("change", "kind", "local", "remote"),
    [
        ({"status": _S.PAST_DUE}, _K.STATUS, "ACTIVE", "PAST_DUE"),
        (
            {"period": replace(FEBRUARY, start=FEBRUARY.start + LATER)},
            _K.PERIOD,
            "2027-01-31T10:00:00+00:00 to 2027-02-28T10:00:00+00:00",
            "2027-01-31T10:01:00+00:00 to 2027-02-28T10:00:00+00:00",
        ),
        (
            {"cancels_at_period_end": True, "cancel_at": FEBRUARY.end},
            _K.CANCEL_FLAG,
            "goes on",
            "ends with its period, ends at 2027-02-28T10:00:00+00:00",
        ),
        ({"items": (BilledItem(price="price_1", quantity=3),)}, _K.QUANTITY, "1", "3"),
        ({"items": (BilledItem(price="price_2", quantity=1),)}, _K.AMOUNT, "price price_1", "price price_2"),
    ],
)
def test_each_thing_that_may_differ_is_told_by_itself(
    change: dict[str, object], kind: ReconciliationFindingKind, local: str, remote: str
) -> None:
    assert differences(kept(), replace(BILLED, **change), []) == (Difference(kind=kind, local=local, remote=remote),)


def test_an_invoice_that_is_paid_there_and_unknown_here_is_a_difference_of_money() -> None:
    (found,) = differences(kept(), BILLED, ["in_7"])
    assert (found.kind, found.local, found.remote) == (_K.AMOUNT, "not recorded", "invoice in_7 is paid")


def test_what_has_ended_here_and_is_charged_for_there_is_told() -> None:
    ended = mirrored()
    follow(ended, replace(BILLED, status=_S.CANCELED), at=NOW)
    assert [one.kind for one in ended_here_alone(ended, BILLED)] == [_K.STATUS]
    assert ended_here_alone(ended, replace(BILLED, status=_S.CANCELED)) == ()


def test_people_are_told_once_for_each_kind_of_exception() -> None:
    left = [
        Difference(kind=kind, local="1", remote="2", resolution=_R.FOR_PEOPLE)
        for kind in (_K.STATUS, _K.QUANTITY, _K.AMOUNT)
    ]
    mended = Difference(kind=_K.PERIOD, local="1", remote="2", resolution=_R.REPAIRED)
    told = list(Compared(subject_type="x", subject_key="1", differences=(*left, mended)).for_people)
    assert [(one.kind, one.expected, one.actual) for one in told] == [
        (MoneyExceptionKind.STATE_MISMATCH, "STATUS: 2; QUANTITY: 2", "STATUS: 1; QUANTITY: 1"),
        (MoneyExceptionKind.AMOUNT_MISMATCH, "AMOUNT: 2", "AMOUNT: 1"),
    ]


def test_a_catalogue_has_drifted_when_more_than_one_in_a_hundred_differ() -> None:
    run = start(None, None, dry_run=False, by=SYSTEM, at=NOW)
    assert run.trigger is ReconciliationTrigger.SCHEDULE
    differing = Compared(
        subject_type="x", subject_key="1", differences=(Difference(kind=_K.STATUS, local="", remote=""),)
    )
    failed = replace(differing, differences=(Difference(kind=_K.NOT_COMPARED, local="", remote=""),))
    run.count(failed, "0")
    assert (run.finding_count, run.has_drifted) == (1, False)
    run.count(differing, "1")
    assert run.has_drifted
    for number in range(98):
        run.count(Compared(subject_type="x", subject_key=str(number)), str(number))
    assert (run.object_count, run.differing_count, run.has_drifted) == (100, 1, False)
    run.count(differing, "101")
    assert run.has_drifted
    assert run.drift().actual == "2 of 101"


def test_a_run_compares_ours_then_theirs_then_refunds() -> None:
    run = start(None, None, dry_run=True, by=SYSTEM, at=NOW)
    run.cursor = "somewhere"
    run.go_on()
    assert (run.stage, run.cursor) == (ReconciliationStage.THEIRS, None)
    run.go_on()
    assert run.stages_left == [ReconciliationStage.REFUNDS]


@pytest.mark.parametrize(("hour", "day"), [(1, 30), (2, 31), (23, 31)])
def test_two_o_clock_is_when_the_night_is_due(hour: int, day: int) -> None:
    now = datetime(2027, 1, 31, hour, 30, tzinfo=UTC)
    assert last_due(now) == datetime(2027, 1, day, 2, tzinfo=UTC)
    assert now - last_due(now) < timedelta(days=1)
