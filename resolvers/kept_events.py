"""Events that are kept: what concerned an organization, page by page in the order of the live feeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from persistence import outbox
from persistence.outbox import Wanted
from planner.pages import BadPage
from resolvers.context import Context
from resolvers.live import Update, cursor_of, position_of

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class EventPage:
    """With a gap, what followed the cursor is gone already, and this begins with the oldest that is there."""

    nodes: Sequence[Update]
    end_cursor: str
    has_next_page: bool
    gap: bool


async def kept_events(context: Context, after: str | None, types: tuple[str, ...] | None, first: int) -> EventPage:
    """What concerned the viewer's organization, from a cursor or from the oldest on that is kept."""
    if not 1 <= first <= MOST_AT_ONCE:
        raise BadPage(f"first takes a number from 1 to {MOST_AT_ONCE}.", "first")
    wanted = Wanted(topic=context.viewer.require_organization(), types=types)
    position = 0 if after is None else position_of(after)
    async with context.platform.database.reader() as session:
        gap = after is not None and not await outbox.reaches_back_to(session, position)
        batch = await outbox.after(session, 0 if gap else position, context.viewer, wanted, limit=first + 1)
    shown = [Update(one.position, one, one.subject_id) for one in batch.events[:first]]
    has_next_page = len(batch.events) > first
    return EventPage(shown, cursor_of(shown[-1].position if has_next_page else batch.position), has_next_page, gap)
