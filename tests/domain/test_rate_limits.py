"""Meters: what comes back with time, what is refused, and what a refusal takes."""

import pytest

from domain.rate_limits import Allowance, Meter
from domain.refusals import RefusalCode, Refused

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
    assert ALLOWANCE.times(3) == Allowance(18, 300, 30, 6)
