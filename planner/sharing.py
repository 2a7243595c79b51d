"""Messages about one event, made at the same time for many: what is the same for them is read and written once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from planner.bindings import Fetch
from planner.running import Run
from planner.statements import Asker

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Message:
    """A message about an event, and the run that made it."""

    body: bytes
    run: Run

    def serves(self, asker: Asker, context: Any) -> bool:
        """Whether it is what somebody with the same rights is told: nothing in it came from what they differ in."""
        if self.run.context is context:
            return True
        return not self.run.is_personal and self.values_of(asker) == self.values_of(self.run.asker)

    def values_of(self, asker: Asker) -> tuple[Any, ...]:
        """Those values of a viewer that its statements compared with."""
        return tuple([value for name, value in asker.values.items() if name in self.run.compared])


@dataclass(slots=True)
class Telling:
    """All messages about one event that are being made."""

    listeners: int = 0
    _under_way: dict[Hashable, asyncio.Future[Any]] = field(default_factory=dict)
    _plans: dict[int, Any] = field(default_factory=dict)
    """They are told apart by their identity, and stay alive for as long."""

    async def message(self, plan: Any, asker: Asker, context: Any, make: Callable[[], Awaitable[Message]]) -> Message:
        """The message of a plan: somebody else's where it is the same, else one of their own."""
        self._plans[id(plan)] = plan
        kind = id(plan), asker.shape
        first: Message = await self.once(kind, make)
        if first.serves(asker, context):
            return first
        if not first.run.is_personal:
            other: Message = await self.once((kind, first.values_of(asker)), make)
            if other.serves(asker, context):
                return other
        return await make()

    def shared(self, fetch: Fetch) -> Fetch:
        """Runs each statement once for the same values."""

        def fetched(text: str, values: list[Any]) -> Awaitable[Any]:
            return self.once((text, _fixed(values)), lambda: fetch(text, values))

        return fetched

    async def once(self, what: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        """The same for all who want it meanwhile."""
        task = self._under_way.get(what)
        if task is None:
            task = self._under_way[what] = shared_task(make())
        return await asyncio.shield(task)


class Tellings:
    """The events that somebody is being told of at this moment. Nothing is kept when the last one has been told: what
    is read later is read anew."""

    def __init__(self) -> None:
        self._events: dict[Hashable, Telling] = {}

    @contextmanager
    def of(self, event: Hashable) -> Iterator[Telling]:
        telling = self._events.setdefault(event, Telling())
        telling.listeners += 1
        try:
            yield telling
        finally:
            telling.listeners -= 1
            if not telling.listeners:
                del self._events[event]


def shared_task(work: Awaitable[T]) -> asyncio.Future[T]:
    """Work in a task of its own, which several await shielded: it ends for the others when whoever began it goes. How
    it fails is theirs to tell, and nobody's once all of them have gone."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


def _fixed(value: Any) -> Hashable:
    """The same as something that can be looked up by."""
    return tuple(map(_fixed, value)) if isinstance(value, list) else value
