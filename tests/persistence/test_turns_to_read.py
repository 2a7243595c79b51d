"""Turns of a caller: so many at once, in the order in which they were asked for, and none is lost by who gives up."""

import asyncio

import pytest

from persistence.work import Turns


async def _holding(turns: Turns, order: list[str], name: str) -> None:
    async with turns:
        order.append(name)
        await asyncio.sleep(0)


def test_a_free_turn_is_taken_at_once_and_no_more_than_there_are() -> None:
    turns = Turns(2)
    assert [turns.take(), turns.take(), turns.take()] == [True, True, False]
    turns.give_back()
    assert [turns.take(), turns.take()] == [True, False]


async def test_who_waits_longest_gets_the_turn_that_is_given_back_before_anybody_who_comes_then() -> None:
    turns, order = Turns(1), list[str]()
    assert turns.take()
    waiting = [asyncio.create_task(_holding(turns, order, name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    turns.give_back()
    assert turns.take() is False
    await asyncio.gather(*waiting)
    assert order == ["first", "second"]
    assert turns.take()


async def test_whoever_stops_waiting_takes_no_turn_from_the_next() -> None:
    turns, order = Turns(1), list[str]()
    assert turns.take()
    gone, patient = (asyncio.create_task(_holding(turns, order, name)) for name in ("gone", "patient"))
    await asyncio.sleep(0)
    gone.cancel()
    turns.give_back()
    await asyncio.wait_for(patient, 5)
    assert order == ["patient"]
    assert turns.take()


async def test_whoever_is_stopped_in_the_moment_of_getting_a_turn_gives_it_on() -> None:
    turns, order = Turns(1), list[str]()
    assert turns.take()
    stopped, patient = (asyncio.create_task(_holding(turns, order, name)) for name in ("stopped", "patient"))
    await asyncio.sleep(0)
    turns.give_back()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    await asyncio.wait_for(patient, 5)
    assert order == ["patient"]
    assert turns.take()
