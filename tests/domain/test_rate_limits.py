"""Meters: what comes back with time, what is refused, and what a refusal takes."""

from datetime import UTC, datetime

import pytest

from domain.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from domain.ids import new_id
from domain.rate_limit_settings import set_rate_limit
from domain.rate_limits import DEFAULTS, Allowance, CallerKind, Meter, kind_of, place_of, principal_of
from domain.refusals import RefusalCode, Refused

ONE, OTHER = new_id(), new_id()
ALLOWANCE = Allowance(operations_per_minute=6, cost=100, refill_per_second=10, documents_per_minute=2)


def refused(attempt: object) -> tuple[str, int | None]:
    assert isinstance(attempt, Refused)
    assert attempt.code is RefusalCode.RATE_LIMITED
    return str(attempt), attempt.refusal.retry_after_seconds


def test_operations_come_back_evenly() -> None:
    meter = Meter(ALLOWANCE, 0.0)
    for _ in range(6):
        meter.start(0.0)
    with pytest.raises(Refused) as attempt:
        meter.start(4.0)
    assert refused(attempt.value) == ("Too many operations. Try again in 6 seconds.", 6)
    meter.start(10.0)
    with pytest.raises(Refused):
        meter.start(10.0)


def test_a_refused_operation_takes_nothing_so_that_waiting_helps() -> None:
    meter = Meter(ALLOWANCE, 0.0)
    for _ in range(6):
        meter.start(0.0)
    for _ in range(10):
        with pytest.raises(Refused):
            meter.start(9.0)
    meter.start(10.0)


def test_cost_comes_back_by_the_second_and_never_more_than_was_there() -> None:
    meter = Meter(ALLOWANCE, 0.0)
    meter.spend(70)
    with pytest.raises(Refused) as attempt:
        meter.spend(55)
    assert refused(attempt.value) == ("Too many expensive operations. Try again in 3 seconds.", 3)
    assert meter.cost == 30
    meter.refill(2.5)
    assert meter.cost == 55
    meter.refill(3600.0)
    assert (meter.cost, meter.operations, meter.documents) == (100, 6, 2)


def test_new_documents_have_a_limit_of_their_own_and_known_ones_go_on() -> None:
    meter = Meter(ALLOWANCE, 0.0)
    meter.start(0.0, is_new=True)
    meter.start(0.0, is_new=True)
    with pytest.raises(Refused) as attempt:
        meter.start(0.0, is_new=True)
    assert refused(attempt.value) == ("Too many new documents. Try again in 30 seconds.", 30)
    meter.start(0.0)
    assert meter.operations == 3


def test_an_allowance_can_be_had_several_times() -> None:
    assert ALLOWANCE.times(3) == Allowance(18, 300, 30, 6, payments_per_minute=30)


def test_nobody_has_more_than_an_integer_of_the_api_can_say() -> None:
    assert Allowance(1, 40_000, 1, 1).times(100_000).cost == 2_000_000_000


def test_payments_come_back_evenly_and_those_not_started_at_once() -> None:
    meter = Meter(Allowance(6, 100, 10, 2, payments_per_minute=2), 0.0)
    meter.start_payment()
    meter.start_payment()
    with pytest.raises(Refused) as attempt:
        meter.start_payment()
    assert refused(attempt.value) == ("Too many payments. Try again in 30 seconds.", 30)
    meter.give_payment_back()
    meter.start_payment()
    meter.refill(30.0)
    meter.start_payment()


def test_another_allowance_counts_from_when_it_is_given() -> None:
    meter = Meter(ALLOWANCE, 0.0)
    meter.spend(100)
    meter.allowance = Allowance(60, 1_000, 100, 2)
    meter.start(1.0)
    assert (meter.cost, meter.operations) == (100, 6)
    meter.allowance = Allowance(3, 50, 1, 2)
    meter.start(2.0)
    assert (meter.cost, meter.operations) == (50, 2)


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        (ANONYMOUS, CallerKind.ANONYMOUS),
        (Actor(kind=ActorKind.USER, user_id=ONE, session_id=OTHER), CallerKind.SESSION),
        (Actor(kind=ActorKind.API_KEY, key_id=ONE), CallerKind.API_KEY),
        (Actor(kind=ActorKind.APP, key_id=ONE, app_id=OTHER), CallerKind.APP_KEY),
    ],
)
def test_each_kind_of_caller_has_an_allowance(actor: Actor, kind: CallerKind) -> None:
    assert kind_of(actor) is kind
    assert kind in DEFAULTS


def test_sessions_keys_apps_and_places_have_limits_of_their_own() -> None:
    session = Actor(kind=ActorKind.USER, user_id=ONE, session_id=OTHER)
    keys = [Actor(kind=ActorKind.APP, key_id=key, app_id=ONE) for key in (OTHER, new_id())]
    assert principal_of(session, "10.0.0.1") == OTHER
    assert [principal_of(key, "10.0.0.1") for key in keys] == [ONE, ONE]
    assert principal_of(ANONYMOUS, "10.0.0.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(ip: str, place: str) -> None:
    assert place_of(ip) == place


def test_staff_change_some_numbers_and_the_others_stay() -> None:
    changes = {"cost": 200, "payments_per_minute": None}
    setting = set_rate_limit(CallerKind.SESSION, ALLOWANCE, changes, by=SYSTEM, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert setting.allowance == Allowance(6, 200, 10, 2)
    assert setting.caller is CallerKind.SESSION


def test_limits_are_numbers_from_one_on_and_there_is_at_least_one() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused) as empty:
        set_rate_limit(CallerKind.SESSION, ALLOWANCE, {"cost": None}, by=SYSTEM, at=at)
    assert str(empty.value) == "Give at least one number."
    with pytest.raises(Refused) as wrong:
        set_rate_limit(CallerKind.SESSION, ALLOWANCE, {"cost": 0, "refill_per_second": -1}, by=SYSTEM, at=at)
    assert [problem.path for problem in wrong.value.problems] == [("cost",), ("refillPerSecond",)]
