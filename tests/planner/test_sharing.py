"""Messages that many are told at the same time: read and written once where they are the same, and never where not."""

import asyncio
import gc
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.planning import Answer, Stream
from planner.sharing import shared_task
from tests.planner.library import ADA, BOB, EVE, Library, no_session
from tests.planner.toy import Asking, Book, Reader, book_of

BOOKS = "subscription { news: retitled { title author { name books { position } } } }"
SHELF = "subscription { retitled { author { shelf { totalCount } } } }"


@dataclass(slots=True)
class Counting:
    """The library's driver, which takes one statement at a time, with a count of what each one was asked for."""

    library: Library
    asked: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fetch(self, sql: str, values: list[Any]) -> Any:
        self.asked[sql, *map(str, values)] += 1
        async with self.turn:
            return await self.library.fetch(sql, values)

    async def opened(self, query: str, viewer: Reader) -> Stream:
        plan = self.library.planner.admit(query)
        stream = await self.library.planner.subscribe(plan, {}, Asking(viewer), self.fetch, no_session)
        assert stream is not None
        await stream.events.aclose()
        return stream

    async def told(self, query: str, event: Book, viewers: Sequence[Reader]) -> list[Any]:
        """What each of them is told, all at once."""
        streams = [await self.opened(query, viewer) for viewer in viewers]
        self.asked.clear()
        answers = await asyncio.gather(*(self.library.planner.message(stream, event) for stream in streams))
        return [read(answer) for answer in answers]


def read(answer: Answer | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)


async def test_all_with_the_same_rights_cost_one_statement_and_others_get_their_own(library: Library) -> None:
    counting = Counting(library)
    eves, bobs = [Reader(EVE) for _ in range(7)], [Reader(BOB) for _ in range(5)]
    editors = [Reader(EVE, is_editor=True), Reader(BOB, is_editor=True), Reader(ADA, is_editor=True)]
    told = await counting.told(BOOKS, book_of(ADA, "One"), [*eves, *bobs, *editors])
    seen = [[book["position"] for book in one["news"]["author"]["books"]] for one in told]
    assert seen == [[1, 3]] * 7 + [[2]] * 5 + [[1, 2, 3]] * 3
    # Whoever sees only their own is compared with, an editor is not: all of those cost one.
    assert list(counting.asked.values()) == [1, 1, 1]


async def test_what_a_resolver_is_asked_for_is_written_for_each_from_the_same_statements(library: Library) -> None:
    counting, event = Counting(library), book_of(ADA, "One")
    [alone] = await counting.told(SHELF, event, [Reader(EVE)])
    expected = counting.asked.copy()
    told = await counting.told(SHELF, event, [Reader(EVE)] * 6)
    assert told == [alone] * 6
    assert counting.asked == expected


async def test_different_events_are_told_apart_even_if_they_come_at_once(library: Library) -> None:
    counting = Counting(library)
    streams = [await counting.opened(BOOKS, Reader(EVE)) for _ in range(4)]
    events = [book_of(ADA, "One"), book_of(BOB, "Four")] * 2
    pairs = zip(streams, events, strict=True)
    told = [read(one) for one in await asyncio.gather(*(library.planner.message(*pair) for pair in pairs))]
    assert [one["news"]["title"] for one in told] == ["One", "Four"] * 2


async def test_nothing_is_kept_for_whoever_comes_later(library: Library) -> None:
    counting, event = Counting(library), book_of(ADA, "One")
    stream = await counting.opened(BOOKS, Reader(EVE))
    before = read(await library.planner.message(stream, event))
    await library.driver.execute("UPDATE authors SET name = 'Augusta' WHERE id = $1", ADA)
    after = read(await library.planner.message(stream, event))
    assert [one["news"]["author"]["name"] for one in (before, after)] == ['Ada "A" \u2028', "Augusta"]


async def test_whoever_began_may_go_before_it_is_there(library: Library) -> None:
    counting, event = Counting(library), book_of(ADA, "One")
    streams = [await counting.opened(BOOKS, Reader(EVE)) for _ in range(3)]
    async with counting.turn:
        first, *others = (asyncio.create_task(library.planner.message(stream, event)) for stream in streams)
        while not counting.asked:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
    told = [read(one) for one in await asyncio.gather(*others)]
    assert (first.cancelled(), told[0], told[1]) == (True, told[1], told[0])
    assert list(counting.asked.values()) == [1]


async def test_what_cannot_be_shown_is_left_to_the_executor_for_each(library: Library) -> None:
    counting, nobodys = Counting(library), book_of(EVE, "nobody's")
    streams = [await counting.opened(BOOKS, Reader(EVE)) for _ in range(3)]
    answers = await asyncio.gather(*(library.planner.message(stream, nobodys) for stream in streams))
    assert answers == [None, None, None]
    assert library.planner.fallbacks == {"null": 3}


async def test_what_fails_when_all_have_gone_is_no_fault_of_the_process() -> None:
    told, gone = list[dict[str, Any]](), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def fail() -> None:
        await gone.wait()
        raise ConnectionError

    async def listen(task: asyncio.Future[None]) -> None:
        await asyncio.shield(task)

    task = shared_task(fail())
    listening = asyncio.create_task(listen(task))
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait([listening])
    gone.set()
    await asyncio.wait([task])
    assert (listening.cancelled(), task.done()) == (True, True)
    del task, listening
    gc.collect()
    assert told == []
