"""The simulator's chances: the same seed brings the same, in whatever order it is asked."""

import asyncio
from collections import Counter

import pytest

from domain.refusals import Refused
from domain.simulator_settings import SimulatorSettings, configured
from integrations.payments import NoAnswer
from integrations.simulator.chances import Lot
from tests.providers.simulated import Desk, desk
from tests.world import World

MEAN = {
    "decline_bps": 2_000,
    "timeout_before_bps": 1_000,
    "timeout_after_bps": 2_000,
    "async_failure_bps": 1_000,
    "duplicate_bps": 3_000,
    "reorder_bps": 3_000,
    "drop_bps": 2_000,
    "forge_bps": 2_000,
    "delay_seconds": 30,
    "late_payout_bps": 5_000,
}


WAITS = (0, 30, 60, 60, 3_600, 3_600)


async def lived(one: Desk, first: int, how_many: int = 6) -> list[object]:
    """What becomes of some charges, payouts and webhooks, told without the names of things."""
    outcomes: list[object] = []
    for number in range(first, first + how_many):
        outcomes += [type(await one.charge(number)).__name__, type(await one.pay_out(number)).__name__]
    for seconds in WAITS:
        one.wait(seconds=seconds)
        outcomes += [(webhook.is_forged, webhook.attempt) for webhook in await one.webhooks()]
    return outcomes


async def test_the_same_seed_and_order_of_calls_bring_the_same_and_another_seed_something_else(world: World) -> None:
    one = desk(world)
    lives = []
    for turn, seed in enumerate(("a", "a", "b")):
        await one.configure(seed=seed, **MEAN)
        lives.append(await lived(one, 1 + 100 * turn))
    assert lives[0] == lives[1]
    assert lives[0] != lives[2]
    assert {"Charged", "UnderWay", "NoAnswer"} <= set(map(str, lives[0]))


async def test_at_once_as_many_charges_meet_each_fate_as_one_after_the_other(world: World) -> None:
    one = desk(world)
    fates = []
    for first in (1, 101):
        await one.configure(seed="c", **MEAN)
        calls = [one.charge(number) for number in range(first, first + 16)]
        answers = await asyncio.gather(*calls) if first == 1 else [await call for call in calls]
        fates.append(Counter(type(answer).__name__ for answer in answers))
    assert fates[0] == fates[1]
    assert fates[0]["NoAnswer"] > 0


async def test_a_key_keeps_its_fate_when_it_is_sent_again(world: World) -> None:
    one = desk(world)
    await one.configure(seed="d", timeout_after_bps=10_000)
    assert await one.charge(1) == NoAnswer(reason="timeout")
    again = await one.charge(1)
    assert again == await one.find(1)
    assert await one.kept() == 10_000


async def test_tokens_force_their_case_whatever_chance_would_bring(world: World) -> None:
    one = desk(world)
    await one.configure(timeout_before_bps=10_000)
    declined = await one.charge(1, "sim_decline")
    assert declined.code == "CARD_DECLINED"
    assert await one.charge(2) == NoAnswer(reason="timeout")
    assert await one.kept() == 0


def test_chances_come_as_often_as_they_say() -> None:
    lots = [Lot("e", "charge", ordinal) for ordinal in range(10_000)]
    assert sum(lot.comes("decline", 0) for lot in lots) == 0
    assert 900 < sum(lot.comes("decline", 1_000) for lot in lots) < 1_100
    assert sum(lot.comes("decline", 10_000) for lot in lots) == 10_000
    assert {lot.number("delay", 3) for lot in lots} == {0, 1, 2}


def test_settings_out_of_bounds_are_refused_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        configured(SimulatorSettings(), {"seed": "", "decline_bps": 10_001, "delay_seconds": -1, "drop_bps": 10_000})
    assert sorted(problem.path for problem in refused.value.problems) == [
        ("declineBps",),
        ("delaySeconds",),
        ("seed",),
    ]


def test_what_is_left_out_stays_as_it_is() -> None:
    now = SimulatorSettings(seed="f", decline_bps=5)
    assert configured(now, {"drop_bps": 7, "seed": None}) == SimulatorSettings(seed="f", decline_bps=5, drop_bps=7)
