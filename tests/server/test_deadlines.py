"""What takes too long is stopped, in the order in which it began, and nothing else is."""

import asyncio

from server.deadlines import Deadlines


async def test_only_what_has_not_ended_is_stopped_each_in_its_turn() -> None:
    stopped: list[str] = []
    all_over = asyncio.Event()
    deadlines = Deadlines()
    names = ["first", "second", "third"]
    stops = [lambda name=name: stopped.append(name) for name in names]
    for stop in stops:
        deadlines.begin(stop, 0.05)
    deadlines.end(stops[1])
    await asyncio.sleep(0.02)
    deadlines.begin(all_over.set, 0.05)
    async with asyncio.timeout(8):
        await all_over.wait()
    assert stopped == ["first", "third"]


async def test_it_watches_again_after_a_pause() -> None:
    deadlines = Deadlines()
    for _ in range(2):
        over = asyncio.Event()
        deadlines.begin(over.set, 0.01)
        async with asyncio.timeout(8):
            await over.wait()
