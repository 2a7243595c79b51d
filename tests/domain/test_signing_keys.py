"""Which key signs when: each is known a day before it signs, and as long as anything that it has signed is good."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.cross_app_sessions import LIVES
from domain.refusals import RefusalCode, Refused
from domain.signing_keys import KEPT_AFTER, KeyPair, SigningKey, follow, is_due, replace_all, rotate, signer

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def pair(name: str) -> KeyPair:
    return KeyPair(name, {"kty": "EC"}, "sealed")


def test_the_first_key_signs_at_once() -> None:
    assert is_due([], START)
    key = follow([], pair("first"), real=START)
    assert (key.published_at, key.activated_at, key.retired_at) == (START, START, None)
    assert signer([key], START) is signer([key], START - timedelta(seconds=1)) is key


def test_over_a_year_there_is_always_one_key_that_signs_and_it_has_been_known_for_a_day() -> None:
    keys: list[SigningKey] = []
    signed: dict[datetime, SigningKey] = {}
    for hour in range(365 * 24):
        now = START + timedelta(hours=hour)
        if is_due(keys, now):
            keys.append(follow(keys, pair(str(len(keys))), real=now))
        signed[now] = key = signer(keys, now)
        assert key.retired_at is None or now < key.retired_at
        if key is not keys[0]:
            assert key.published_at <= now - DAY
    assert len(keys) == 13
    assert {later.activated_at - one.activated_at for one, later in pairwise(keys)} == {30 * DAY}
    for at, key in signed.items():
        assert not key.is_over(at + LIVES)


def test_a_retired_key_is_kept_for_two_days() -> None:
    first = follow([], pair("first"), real=START)
    second = follow([first], pair("second"), real=START + 29 * DAY)
    assert first.retired_at == second.activated_at == START + 30 * DAY
    assert not first.is_over(START + 30 * DAY + KEPT_AFTER - timedelta(seconds=1))
    assert first.is_over(START + 30 * DAY + KEPT_AFTER)


def test_a_platform_that_was_asleep_still_publishes_a_day_before_it_signs() -> None:
    first = follow([], pair("first"), real=START)
    woken = START + 90 * DAY
    second = follow([first], pair("second"), real=woken)
    assert second.activated_at == woken + DAY
    assert signer([first, second], woken) is first


def test_a_rotation_by_hand_begins_a_day_later_and_not_twice_at_once() -> None:
    first = follow([], pair("first"), real=START)
    second = rotate([first], pair("second"), real=START + 3 * DAY)
    assert second.activated_at == first.retired_at == START + 4 * DAY
    with pytest.raises(Refused) as refused:
        rotate([first, second], pair("third"), real=START + 3 * DAY)
    assert refused.value.code is RefusalCode.CONFLICT
    assert not is_due([first, second], START + 20 * DAY)


def test_in_place_of_stolen_keys_a_new_one_signs_at_once() -> None:
    assert replace_all(pair("new"), real=START).activated_at == START
