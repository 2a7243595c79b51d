"""Following a provider that bills, without a database: its word is taken, once, and never an older one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM, Actor, ActorKind
from domain.billed_subscriptions import BilledItem, BilledSubscription
from domain.billing_calendar import Span
from domain.billing_subscriptions import BillingSubscription, ManagedBy, SubscriptionStatus
from domain.ids import new_id
from domain.mirrored_subscriptions import ends_with, follow, hand_over
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused
from domain.subscription_periods import opened
from domain.subscription_starts import begun
from tests.makers.subscription_terms import make_terms

_S = SubscriptionStatus
NOW = datetime(2027, 1, 31, 10, tzinfo=UTC)
FEBRUARY = Span(NOW, datetime(2027, 2, 28, 10, tzinfo=UTC))
MARCH = Span(FEBRUARY.end, datetime(2027, 3, 31, 10, tzinfo=UTC))
LATER = timedelta(minutes=1)
STAFF = Actor(kind=ActorKind.USER, user_id=new_id(), permissions=frozenset({Permission.STAFF_MONEY}))
BILLED = BilledSubscription(
    subscription_id="sub_1",
    key=None,
    customer="cus_1",
    status=_S.ACTIVE,
    currency="EUR",
    items=(BilledItem(price="price_1", quantity=1),),
    period=FEBRUARY,
    anchor_at=NOW,
    trial_ends_at=None,
    cancel_at=None,
    cancels_at_period_end=False,
    ended_at=None,
    latest_invoice="in_1",
    as_of=NOW,
)


def mirrored() -> BillingSubscription:
    one = begun(
        make_terms("Standard", 2_000, rank=20),
        organization_id=new_id(),
        app_id=None,
        is_plan=True,
        checkout_session_id=None,
        time_zone="Europe/Berlin",
        by=SYSTEM,
        at=NOW,
    )
    hand_over(one, Provider.STRIPE, BILLED)
    one.take_events()
    return one


def told(one: BillingSubscription) -> list[str]:
    return [event.type for event in one.take_events()]


def test_the_billing_clock_never_looks_at_it() -> None:
    one = mirrored()
    assert (one.managed_by, one.external_id, one.due_at) == (ManagedBy.PROVIDER, "sub_1", None)
    period = opened(one.id, one.organization_id, one.anchor, 0, make_terms("Standard", 2_000, rank=20), at=NOW)
    period.pay(None, None, at=NOW)
    one.enter(period, at=NOW)
    assert (one.status, one.due_at) == (_S.ACTIVE, None)


def test_it_stands_as_it_does_there() -> None:
    one = mirrored()
    flagged = replace(BILLED, cancels_at_period_end=True, cancel_at=FEBRUARY.end)
    assert follow(one, flagged, at=NOW)
    assert (one.status, one.current_period, one.external_updated_at) == (_S.ACTIVE, FEBRUARY, NOW)
    assert (one.anchor_at, one.anchor_day, one.time_zone) == (NOW, 31, "UTC")
    assert (one.cancel_at_period_end, one.cancel_at) == (True, FEBRUARY.end)
    assert follow(one, BILLED, at=NOW)
    assert (one.cancel_at_period_end, one.cancel_at) == (False, None)


def test_the_reason_of_an_end_goes_only_with_the_end_that_is_taken_back() -> None:
    one, flagged = mirrored(), replace(BILLED, cancels_at_period_end=True, cancel_at=FEBRUARY.end)
    follow(one, BILLED, at=NOW)
    one.cancel_reason = "Too dear."
    for word, reason in ((BILLED, "Too dear."), (flagged, "Too dear."), (BILLED, None)):
        follow(one, word, at=NOW)
        assert one.cancel_reason == reason
    one.cancel_reason = "At once."
    follow(one, replace(BILLED, status=_S.CANCELED, ended_at=NOW), at=NOW)
    assert one.cancel_reason == "At once."


def test_it_ends_with_a_period_that_is_known_and_not_over() -> None:
    one = mirrored()
    with pytest.raises(Refused, match="cancel it NOW"):
        ends_with(one, at=NOW)
    follow(one, BILLED, at=NOW)
    assert ends_with(one, at=FEBRUARY.end - LATER) == FEBRUARY.end
    with pytest.raises(Refused) as refused:
        ends_with(one, at=FEBRUARY.end)
    assert refused.value.code is RefusalCode.CONFLICT


def test_an_older_word_changes_nothing() -> None:
    one = mirrored()
    follow(one, replace(BILLED, status=_S.PAST_DUE, as_of=NOW + LATER), at=NOW)
    assert not follow(one, BILLED, at=NOW)
    assert (one.status, one.external_updated_at) == (_S.PAST_DUE, NOW + LATER)


WORDS = tuple(
    replace(BILLED, as_of=NOW + number * LATER, **said)
    for number, said in enumerate(
        (
            {"status": _S.TRIALING, "trial_ends_at": NOW},
            {},
            {"status": _S.PAST_DUE, "period": MARCH},
            {"period": MARCH, "cancels_at_period_end": True, "cancel_at": MARCH.end},
            {"period": MARCH, "items": (BilledItem(price="price_1", quantity=7),)},
        )
    )
)


@given(st.permutations(WORDS), st.lists(st.sampled_from(WORDS)))
def test_billing_invariant_6_words_in_any_order_and_number_leave_the_same_row(
    shuffled: list[BilledSubscription], replayed: list[BilledSubscription]
) -> None:
    def row(words: Iterable[BilledSubscription]) -> tuple[object, ...]:
        one = mirrored()
        for word in words:
            follow(one, word, at=NOW)
        stands = one.status, one.current_period, one.cancel_at_period_end, one.cancel_at, one.past_due_at
        return *stands, one.anchor, one.due_at, one.external_updated_at

    assert row([*shuffled, *replayed]) == row(WORDS)


def test_the_same_word_a_second_time_tells_nothing() -> None:
    one = mirrored()
    follow(one, BILLED, at=NOW)
    assert told(one) == ["subscription.activated"]
    follow(one, replace(BILLED, as_of=NOW + LATER), at=NOW)
    assert told(one) == []


@pytest.mark.parametrize("ended", [_S.CANCELED, _S.INCOMPLETE_EXPIRED])
def test_what_has_ended_stays_so(ended: SubscriptionStatus) -> None:
    one = mirrored()
    follow(one, replace(BILLED, status=ended, ended_at=NOW - LATER), at=NOW)
    assert one.canceled_at == (NOW - LATER if ended is _S.CANCELED else None)
    assert not follow(one, replace(BILLED, as_of=NOW + LATER), at=NOW)
    assert one.status is ended


@pytest.mark.parametrize("after", [_S.TRIALING, _S.ACTIVE, _S.PAST_DUE, _S.UNPAID, _S.PAUSED, _S.CANCELED])
@pytest.mark.parametrize("before", [_S.TRIALING, _S.ACTIVE, _S.PAST_DUE, _S.UNPAID, _S.PAUSED])
def test_any_status_may_follow_on_any_other_where_messages_were_missed(
    before: SubscriptionStatus, after: SubscriptionStatus
) -> None:
    one = mirrored()
    for status in (before, after):
        assert follow(one, replace(BILLED, status=status, trial_ends_at=FEBRUARY.end), at=NOW)
    assert one.status is after


@pytest.mark.parametrize(
    ("action", "status"),
    [("pauseSubscription", _S.ACTIVE), ("resumeSubscription", _S.PAUSED), ("retrySubscriptionPayment", _S.PAST_DUE)],
)
def test_what_the_provider_is_not_asked_for_nobody_does_here(action: str, status: SubscriptionStatus) -> None:
    one = mirrored()
    follow(one, replace(BILLED, status=status), at=NOW)
    owner = replace(STAFF, organization_id=one.organization_id, permissions=frozenset({Permission.BILLING_MANAGE}))
    with pytest.raises(Refused) as refused:
        one.check(action, by=owner)
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "PROVIDER")


def test_it_is_told_how_it_came_to_run_again() -> None:
    one = mirrored()
    for status in (_S.PAST_DUE, _S.ACTIVE, _S.UNPAID, _S.ACTIVE, _S.PAUSED, _S.ACTIVE):
        follow(one, replace(BILLED, status=status), at=NOW)
    names = ["past_due", "recovered", "unpaid", "recovered", "paused", "resumed"]
    assert told(one) == [f"subscription.{name}" for name in names]


def test_grace_runs_from_the_failure_and_only_where_something_was_paid() -> None:
    one = mirrored()
    one.grace_days, one.period_number = 3, 0
    follow(one, replace(BILLED, status=_S.PAST_DUE), at=NOW)
    assert one.access_ends_at == NOW + timedelta(days=3)
    follow(one, replace(BILLED, status=_S.PAST_DUE, as_of=NOW + LATER), at=NOW + LATER)
    assert one.past_due_at == NOW
    follow(one, replace(BILLED, as_of=NOW + LATER), at=NOW + LATER)
    assert one.past_due_at is None
    never_paid = mirrored()
    follow(never_paid, replace(BILLED, status=_S.PAST_DUE), at=NOW)
    assert never_paid.access_ends_at == NOW


def test_it_never_goes_back_to_before_it_was_paid() -> None:
    one = mirrored()
    follow(one, BILLED, at=NOW)
    follow(one, replace(BILLED, status=_S.INCOMPLETE, as_of=NOW + LATER), at=NOW)
    assert one.status is _S.ACTIVE
