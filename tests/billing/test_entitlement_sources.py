"""What organizations may use: intervals of subscriptions, purchases, grants and promotions, and their union."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing_subscriptions import SubscriptionStatus
from domain.entitlement_intervals import SubscriptionFacts, of_grant, of_promotion, of_purchase, of_subscription
from domain.entitlements import (
    EntitlementSource,
    EntitlementState,
    FeatureSources,
    SourceKind,
)
from domain.features import FeatureKind, FeatureReset
from domain.ids import new_id
from domain.products import FeatureMode

START = datetime(2027, 6, 1, 10, tzinfo=UTC)
END = datetime(2027, 7, 1, 10, tzinfo=UTC)
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)
S, E = SubscriptionStatus, EntitlementState

PAID = SubscriptionFacts(
    status=S.ACTIVE,
    starts_at=START,
    period_ends_at=END,
    trial_ends_at=None,
    ends_at=None,
    past_due_at=None,
    grace_days=3,
    was_paid=True,
    is_taken_back=False,
)


def subscribed(facts: SubscriptionFacts) -> EntitlementSource:
    made = of_subscription(facts)
    assert made is not None
    return EntitlementSource(kind=SourceKind.SUBSCRIPTION, id=new_id(), **made)


def source(starts_at: datetime, ends_at: datetime | None, value: int | None = None) -> EntitlementSource:
    return EntitlementSource(kind=SourceKind.GRANT, id=new_id(), starts_at=starts_at, ends_at=ends_at, value=value)


def feature(*sources: EntitlementSource, kind: FeatureKind = FeatureKind.BOOLEAN) -> FeatureSources:
    return FeatureSources(
        feature_id=new_id(), code="gigs.open", kind=kind, reset=FeatureReset.NEVER, sources=tuple(sources)
    )


def set_to(value: int | None, mode: FeatureMode = FeatureMode.SET) -> EntitlementSource:
    return replace(source(START, END, value), mode=mode)


def test_billing_example_1_paid_time_ends_at_the_very_instant_without_any_event() -> None:
    off_at_end = feature(subscribed(replace(PAID, ends_at=END)))
    assert [off_at_end.at(at).is_active for at in (END - timedelta(seconds=1), END - MOMENT, END)] == [
        True,
        True,
        False,
    ]
    assert off_at_end.at(END).state is E.EXPIRED


def test_billing_rule_24_an_active_subscription_lasts_through_the_grace_that_a_late_renewal_may_need() -> None:
    has = feature(subscribed(PAID))
    wanted = [
        (START - MOMENT, E.SCHEDULED),
        (START, E.ACTIVE),
        (END - MOMENT, E.ACTIVE),
        (END, E.GRACE),
        (END + 3 * DAY - MOMENT, E.GRACE),
        (END + 3 * DAY, E.EXPIRED),
    ]
    assert [(at, has.at(at).state) for at, _ in wanted] == wanted
    assert has.at(END).is_active
    assert has.at(START).ends_at == END + 3 * DAY


def test_billing_rule_24_a_pause_or_cancellation_that_is_due_ends_it_without_grace() -> None:
    at = START + 10 * DAY
    has = feature(subscribed(replace(PAID, ends_at=at)))
    assert [has.at(at - MOMENT).is_active, has.at(at).is_active] == [True, False]


def test_billing_example_8_past_due_gives_access_until_grace_ends() -> None:
    failed = replace(PAID, status=S.PAST_DUE, starts_at=START - 30 * DAY, period_ends_at=START, past_due_at=START)
    has = feature(subscribed(failed))
    assert [has.at(at).state for at in (START - MOMENT, START, START + 3 * DAY - MOMENT, START + 3 * DAY)] == [
        E.ACTIVE,
        E.GRACE,
        E.GRACE,
        E.EXPIRED,
    ]


def test_billing_rule_24_a_trial_that_fails_has_no_grace_because_nothing_was_ever_paid() -> None:
    trial = replace(PAID, status=S.TRIALING, period_ends_at=None, trial_ends_at=END, was_paid=False)
    assert [feature(subscribed(trial)).at(at).is_active for at in (END - MOMENT, END)] == [True, False]
    failed = replace(trial, status=S.PAST_DUE, past_due_at=END)
    assert not feature(subscribed(failed)).at(END).is_active


@pytest.mark.parametrize("status", [S.UNPAID, S.PAUSED, S.CANCELED])
def test_billing_rule_24_other_statuses_give_nothing_whatever_their_period_says(status: SubscriptionStatus) -> None:
    has = feature(subscribed(replace(PAID, status=status)))
    assert [has.at(at).state for at in (START, END - MOMENT, END)] == [E.EXPIRED] * 3


@pytest.mark.parametrize("status", [S.INCOMPLETE, S.INCOMPLETE_EXPIRED])
def test_billing_rule_24_what_was_never_paid_for_is_no_source_at_all(status: SubscriptionStatus) -> None:
    assert of_subscription(replace(PAID, status=status)) is None


def test_billing_rule_25_the_limit_is_the_highest_set_and_every_add_of_what_is_active() -> None:
    add, later = FeatureMode.ADD, replace(set_to(900), starts_at=END, ends_at=END + DAY)
    has = feature(set_to(10), set_to(50), set_to(5, add), set_to(7, add), later, kind=FeatureKind.LIMIT)
    assert has.at(START).limit == 62
    assert has.at(END).limit == 900
    assert feature(set_to(5, add), kind=FeatureKind.LIMIT).at(START).limit == 5


def test_billing_rule_25_unlimited_wins_while_it_is_active() -> None:
    more = replace(set_to(None), ends_at=START + DAY)
    has = feature(set_to(10), more, kind=FeatureKind.LIMIT)
    assert [(has.at(at).limit, has.at(at).is_unlimited) for at in (START, START + DAY, END)] == [
        (None, True),
        (10, False),
        (0, False),
    ]


def test_billing_rule_25_it_ends_with_the_last_active_source_and_one_without_an_end_leaves_it_open() -> None:
    short, long, open_ = source(START, START + DAY), source(START, END), source(START + 2 * DAY, None)
    assert feature(short, long).at(START).ends_at == END
    assert feature(short, open_).at(START).ends_at == START + DAY
    assert feature(short, open_).at(START + 2 * DAY).ends_at is None


def test_billing_rule_25_the_best_state_is_shown() -> None:
    revoked = replace(source(START, END), over=E.REVOKED)
    expired, scheduled = source(START - DAY, START), source(END, None)
    grace = replace(source(START, END), grace_at=START)
    assert feature().at(START).state is None
    assert feature(revoked).at(START).state is E.REVOKED
    assert feature(revoked, expired).at(START).state is E.EXPIRED
    assert feature(revoked, expired, scheduled).at(START).state is E.SCHEDULED
    assert feature(revoked, expired, scheduled, grace).at(START).state is E.GRACE
    assert feature(grace, source(START, END)).at(START).state is E.ACTIVE


def test_billing_rule_28_a_full_refund_or_a_chargeback_ends_a_source_at_once() -> None:
    taken = of_purchase(START, None, is_taken_back=True)
    has = feature(EntitlementSource(kind=SourceKind.PURCHASE, id=new_id(), **taken))
    assert (has.at(START).is_active, has.at(START).state) == (False, E.REVOKED)
    assert feature(subscribed(replace(PAID, is_taken_back=True))).at(START).state is E.REVOKED


def test_billing_rule_24_grants_and_promotions_last_until_they_are_ended() -> None:
    grant, gone = of_grant(START, None, None), of_grant(START, None, START + DAY)
    promoted, ended = of_promotion(START, END, None), of_promotion(START, END, START + DAY)
    kind, at = SourceKind.GRANT, START + 2 * DAY
    states = [
        feature(EntitlementSource(kind=kind, id=new_id(), **one)).at(at).state for one in (grant, gone, promoted, ended)
    ]
    assert states == [E.ACTIVE, E.REVOKED, E.ACTIVE, E.EXPIRED]


def test_billing_rule_18_a_seat_feature_is_for_those_who_have_a_seat() -> None:
    somebody, nobody = new_id(), new_id()
    has = feature(replace(subscribed(PAID), seats=frozenset({somebody})))
    assert [has.at(START, who).is_active for who in (None, somebody, nobody)] == [True, True, False]


instants = st.integers(0, 60).map(lambda days: START + timedelta(days=days))
sources = st.builds(
    lambda start, length, value, over: replace(
        source(start, None if length is None else start + timedelta(days=length), value), over=over
    ),
    instants,
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 100),
    st.sampled_from([None, None, E.REVOKED]),
)


@given(given=st.lists(sources, max_size=6), at=instants)
def test_the_union_is_on_exactly_when_one_of_its_sources_is(given: list[EntitlementSource], at: datetime) -> None:
    union = feature(*given, kind=FeatureKind.LIMIT).at(at)
    alone = [feature(one, kind=FeatureKind.LIMIT).at(at) for one in given]
    assert union.is_active is any(one.is_active for one in alone)
    assert union.is_unlimited is any(one.is_unlimited for one in alone)
    if not union.is_unlimited:
        assert union.limit == max((one.limit or 0 for one in alone), default=0)
