"""Quotas: the window that is open, when it warns, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import SYSTEM
from domain.entitlements import Entitlement, EntitlementSource, FeatureSources, SourceKind
from domain.features import FeatureKind, FeatureReset
from domain.ids import new_id
from domain.quotas import (
    ALWAYS,
    QuotaCounter,
    QuotaWindow,
    check_amount,
    limit_reached,
    not_entitled,
    warned_from,
    window_of,
)
from domain.refusals import RefusalCode, Refused

AT = datetime(2027, 6, 15, 12, tzinfo=UTC)
PERIOD = QuotaWindow(datetime(2027, 6, 10, tzinfo=UTC), datetime(2027, 7, 10, tzinfo=UTC))


def source(kind: SourceKind, starts_at: datetime, ends_at: datetime | None, value: int | None) -> EntitlementSource:
    return EntitlementSource(kind=kind, id=new_id(), starts_at=starts_at, ends_at=ends_at, value=value)


SUBSCRIPTION = EntitlementSource(
    kind=SourceKind.SUBSCRIPTION,
    id=new_id(),
    starts_at=PERIOD.starts_at,
    ends_at=PERIOD.starts_at + timedelta(days=33),
    renews_at=PERIOD.resets_at,
    value=10,
)


def entitlement(reset: FeatureReset, *sources: EntitlementSource, kind: FeatureKind = FeatureKind.LIMIT) -> Entitlement:
    feature = FeatureSources(feature_id=new_id(), code="proposals.monthly", kind=kind, reset=reset, sources=sources)
    return feature.at(AT)


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        (AT, (2027, 6), (2027, 7)),
        (datetime(2027, 12, 31, 23, 59, tzinfo=UTC), (2027, 12), (2028, 1)),
        (datetime(2027, 7, 1, 1, tzinfo=UTC).astimezone(), (2027, 7), (2027, 8)),
    ],
)
def test_billing_rule_23_calendar_months_are_those_of_utc(
    at: datetime, start: tuple[int, int], end: tuple[int, int]
) -> None:
    window = window_of(entitlement(FeatureReset.CALENDAR_MONTH, SUBSCRIPTION), at)
    assert window == QuotaWindow(datetime(*start, 1, tzinfo=UTC), datetime(*end, 1, tzinfo=UTC))


def test_billing_rule_23_a_billing_period_is_the_subscriptions_own_through_its_grace() -> None:
    longer = source(SourceKind.GRANT, AT - timedelta(days=90), None, 900)
    assert window_of(entitlement(FeatureReset.BILLING_PERIOD, longer, SUBSCRIPTION), AT) == PERIOD


def test_billing_rule_23_what_is_only_granted_counts_from_the_grants_start() -> None:
    granted = source(SourceKind.GRANT, AT - timedelta(days=1), AT + timedelta(days=9), 5)
    window = window_of(entitlement(FeatureReset.BILLING_PERIOD, granted), AT)
    assert window == QuotaWindow(AT - timedelta(days=1), AT + timedelta(days=9))


def test_billing_rule_23_what_is_never_reset_has_one_window_for_ever() -> None:
    assert window_of(entitlement(FeatureReset.NEVER, SUBSCRIPTION), AT) == QuotaWindow(ALWAYS, None)


@pytest.mark.parametrize(("limit", "warned"), [(10, 8), (9, 8), (1, 1), (0, 1), (100, 80)])
def test_billing_rule_23_the_warning_comes_with_80_percent(limit: int, warned: int) -> None:
    assert warned_from(limit) == warned


@pytest.mark.parametrize(
    ("used", "warned_at", "limit", "told"),
    [
        (7, None, 10, []),
        (8, 8, 10, ["usage.threshold_reached"]),
        (9, 8, 10, []),
        (10, 8, 10, ["usage.limit_reached"]),
        (10, 10, 10, ["usage.threshold_reached", "usage.limit_reached"]),
        (10, None, None, []),
    ],
)
def test_billing_rule_23_a_counter_tells_once_that_little_is_left_and_when_nothing_is(
    used: int, warned_at: int | None, limit: int | None, told: list[str]
) -> None:
    counter = QuotaCounter(
        id=new_id(),
        organization_id=new_id(),
        feature_id=new_id(),
        window_starts_at=ALWAYS,
        used=used,
        warned_at_used=warned_at,
    )
    counter.moved("proposals.monthly", limit, by=SYSTEM, at=AT)
    assert [event.type for event in counter.take_events()] == told


def test_billing_rule_23_the_refusal_says_all_that_a_customer_needs_to_go_on() -> None:
    refusal = limit_reached(entitlement(FeatureReset.BILLING_PERIOD, SUBSCRIPTION), 9, 2, PERIOD, "business").refusal
    assert (refusal.code, refusal.used, refusal.limit) == (RefusalCode.LIMIT_REACHED, 9, 10)
    assert (refusal.reset_at, refusal.required_plan) == (PERIOD.resets_at, "business")
    assert refusal.message == "9 of 10 proposals.monthly are used: 1 are left, and this needs 2."


def test_only_limits_are_consumed_in_whole_numbers_from_1() -> None:
    switch = entitlement(FeatureReset.NEVER, SUBSCRIPTION, kind=FeatureKind.BOOLEAN)
    limited = entitlement(FeatureReset.NEVER, SUBSCRIPTION)
    for wrong, amount, path in ((switch, 1, "featureCode"), (limited, 0, "amount"), (limited, -1, "amount")):
        with pytest.raises(Refused) as refused:
            check_amount(wrong, amount)
        assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.INVALID, (path,))
    check_amount(limited, 1)


def test_a_feature_that_is_off_is_refused_by_name() -> None:
    refusal = not_entitled("einvoice").refusal
    assert (refusal.code, refusal.path) == (RefusalCode.NOT_ENTITLED, ("featureCode",))
    assert "einvoice" in refusal.message
