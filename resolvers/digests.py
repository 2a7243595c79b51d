"""Feeds that tell how things stand rather than what happens: one message for all that has come since the last one."""

from collections.abc import AsyncGenerator

from domain.events import OutboxEvent
from persistence.outbox import BATCH
from persistence.tails import Tail
from resolvers.context import Context
from resolvers.live import Feed, Update, begin, cursor_of, read_on


async def digest(context: Context, feed: Feed, after: str | None) -> AsyncGenerator[Update, None]:
    """Starts a feed that rests after each message, and then tells of the last event alone of those that came meanwhile.
    Its cursor is behind all of them, so that resuming misses nothing; and nobody is too slow for it."""
    return _updates(context, feed, *await begin(context, after))


async def _updates(context: Context, feed: Feed, position: int, resumes: bool) -> AsyncGenerator[Update, None]:
    platform = context.platform
    with platform.wakeups.bell(feed.wanted.topic, *feed.wanted.besides) as bell:
        if not resumes:
            context.last_event_id = cursor_of(position)
            yield Update(position, None, feed.object_of(None))
            await platform.rest()
        while True:
            bell.clear()
            # The tail lives for as long as it is held here.
            _tail, last, position = await _last(context, feed, position)
            if last is not None:
                context.forget()
                context.last_event_id = cursor_of(last.position)
                yield Update(last.position, last, feed.object_of(last))
            context.caught_up_at = cursor_of(position)
            if last is not None:
                await platform.rest()
            await bell.wait()
            context.caught_up_at = None


async def _last(context: Context, feed: Feed, position: int) -> tuple[Tail, OutboxEvent | None, int]:
    """The last event behind a position, if there is any, and up to where the feed is known then."""
    last: OutboxEvent | None = None
    while True:
        tail, batch = await read_on(context, feed, position)
        position, last = batch.position, batch.events[-1] if batch.events else last
        if len(batch.events) < BATCH:
            return tail, last, position
