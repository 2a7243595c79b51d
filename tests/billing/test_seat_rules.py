"""Seats: no more than were bought, and free again at once."""

from datetime import UTC, datetime

import pytest

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused
from domain.seat_assignments import SeatAssignment, assign

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def assigned(*, has_one: bool = False, taken: int = 0, seats: int = 2) -> SeatAssignment:
    return assign(
        subscription_id=new_id(),
        organization_id=new_id(),
        user_id=new_id(),
        has_one=has_one,
        assigned=taken,
        seats=seats,
        by=SYSTEM,
        at=AT,
    )


def test_billing_rule_18_the_last_seat_is_given_and_no_more() -> None:
    assert assigned(taken=1).released_at is None
    with pytest.raises(Refused, match="All 2 seats") as refused:
        assigned(taken=2)
    said = refused.value.refusal
    assert (said.code, said.used, said.limit) == (RefusalCode.LIMIT_REACHED, 2, 2)


def test_a_member_has_one_seat() -> None:
    with pytest.raises(Refused, match="already") as refused:
        assigned(has_one=True)
    assert refused.value.code is RefusalCode.CONFLICT


def test_a_seat_is_released_once() -> None:
    seat = assigned()
    seat.release(by=SYSTEM, at=AT)
    assert seat.released_at == AT
    with pytest.raises(Refused, match="already") as refused:
        seat.release(by=SYSTEM, at=AT)
    assert refused.value.code is RefusalCode.WRONG_STATE
