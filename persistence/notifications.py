"""Queries of notifications: telling people of an event, once each; what they have read; and letting go of old ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, false, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import SYSTEM, Actor
from domain.events import Event, OutboxEvent
from domain.ids import new_id
from domain.notification_stories import Doer, Person, Story, organization_of
from domain.notifications import KEPT, CategoryCount, Notification, NotificationCategory, UnreadCounts
from domain.refusals import not_found
from domain.stories import Told
from persistence.notification_facts import facts_of
from persistence.notification_readers import Reader, members_with, readers
from persistence.notification_sends import set_going
from persistence.organizations import ORGANIZATIONS
from persistence.outbox import outbox_row
from persistence.tables.notifications import notifications
from persistence.tables.platform import outbox
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_rows = notifications.c
AT_ONCE = 1000


def visible_to(viewer: Actor) -> Condition:
    """One's own."""
    return false() if viewer.user_id is None else _rows.user_id == viewer.user_id


NOTIFICATIONS = Source(Notification, notifications, visible_to)
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
LIST = Connection(
    NOTIFICATIONS,
    orders={"CREATED_AT": _rows.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "unread": lambda unread: _rows.read_at.is_(None) if unread else _rows.read_at.is_not(None),
        "category": lambda categories: _rows.category.in_(categories),
    },
)


async def tell(db: Unit, event: OutboxEvent, told: Told) -> int:
    """Tells everybody who is to learn of an event; how many had not been told before."""
    subject = await db.session.get(told.about, event.subject_id)
    stories = await _by_person(db.session, event, subject, told.stories)
    people = [one for one in await readers(db.session, stories) if one.is_active] if stories else []
    if not people:
        return 0
    named = {name for one in people for name in stories[one.user_id].facts}
    facts = await facts_of(db.session, named, event, subject)
    new = [_notification(event, subject, one, stories[one.user_id], facts, db.at) for one in people]
    kept = await _keep(db, new)
    sent = [(one, reader) for one, reader in zip(new, people, strict=True) if one.id in kept]
    await set_going(db, [(one, reader) for one, reader in sent if not stories[reader.user_id].has_letter], event.type)
    return len(kept)


async def mark_read(db: Unit, user_id: UUID, ids: Sequence[UUID] | None, categories: Sequence[Any] | None) -> int:
    """Marks unread ones, all of them unless some are named; how many they were. Refuses one that is not theirs."""
    mine = _rows.user_id == user_id
    if ids is not None:
        found = set(await db.session.scalars(select(_rows.id).where(mine, _rows.id.in_(ids))))
        for place, one in enumerate(ids):
            if one not in found:
                raise not_found("notification", "ids", str(place))
    unread = select(_rows.id).where(mine, _rows.read_at.is_(None)).order_by(_rows.id).with_for_update()
    if ids is not None:
        unread = unread.where(_rows.id.in_(ids))
    if categories:
        unread = unread.where(_rows.category.in_(categories))
    statement = update(notifications).where(_rows.id.in_(unread.scalar_subquery())).values(read_at=db.at)
    return len((await db.session.execute(statement.returning(_rows.id))).all())


async def unread_counts(session: AsyncSession, user_id: UUID) -> UnreadCounts:
    statement = select(_rows.category, func.count()).where(_rows.user_id == user_id, _rows.read_at.is_(None))
    rows = await session.execute(statement.group_by(_rows.category).order_by(_rows.category))
    return UnreadCounts(tuple(CategoryCount(category, count) for category, count in rows))


async def forget_old(db: Unit) -> int:
    """Deletes what is no longer kept, with how it was sent; how many notifications they were."""
    old = select(_rows.id).where(_rows.created_at < db.at - KEPT).order_by(_rows.created_at).limit(AT_ONCE)
    found = (await db.session.scalars(old.with_for_update(skip_locked=True))).all()
    await db.session.execute(delete(notifications).where(_rows.id.in_(found)))
    return len(found)


async def _by_person(
    session: AsyncSession, event: OutboxEvent, subject: Any, stories: Iterable[Story]
) -> dict[UUID, Story]:
    """What each person is told: the first story that is for them. Nobody is told what they have done themselves,
    unless it concerns their security."""
    found: dict[UUID, Story] = {}
    for story in stories:
        for user_id in await _audience(session, event, subject, story):
            is_own = user_id == event.actor_user_id and story.category is not NotificationCategory.SECURITY
            if not is_own and user_id not in getattr(subject, "excluded_user_ids", ()):
                found.setdefault(user_id, story)
    return found


async def _audience(session: AsyncSession, event: OutboxEvent, subject: Any, story: Story) -> Sequence[UUID]:
    if isinstance(story.to, Doer):
        return [] if event.actor_user_id is None else [event.actor_user_id]
    if subject is None or not story.while_true(subject):
        return []
    if isinstance(story.to, Person):
        user_id = getattr(subject, story.to.user)
        return [] if user_id is None else [user_id]
    organization_id = organization_of(story, subject)
    if organization_id is None:
        return []
    return await members_with(session, organization_id, story.to.permission_for(subject))


def _notification(
    event: OutboxEvent, subject: Any, reader: Reader, story: Story, facts: dict[str, str], at: datetime
) -> Notification:
    title, text = story.told(facts)
    return Notification(
        id=new_id(),
        user_id=reader.user_id,
        organization_id=None if subject is None else organization_of(story, subject),
        event_id=event.id,
        type=event.type,
        category=story.category,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        title=title,
        text=text,
        params={name: facts[name] for name in sorted(story.facts)},
        created_at=at,
    )


async def _keep(db: Unit, new: Sequence[Notification]) -> set[UUID]:
    """Writes down those that are not there yet, and that they have come, for whoever is watching.

    The events are written as they are, not recorded by objects: nobody has acted, so the audit log has nothing to say.
    """
    values = [{column.name: getattr(one, column.name) for column in _rows} for one in new]
    statement = insert(notifications).on_conflict_do_nothing(index_elements=["user_id", "event_id"])
    kept = set(await db.session.scalars(statement.values(values).returning(_rows.id)))
    if kept:
        come = [outbox_row(one, 1, _received(one), db.request_id) for one in new if one.id in kept]
        await db.session.execute(outbox.insert(), come)
    return kept


def _received(one: Notification) -> Event:
    data = {"type": one.type, "category": one.category.name}
    return Event(
        type=f"{Notification.SUBJECT}.received",
        at=one.created_at,
        by=SYSTEM,
        organization_ids=(),
        topics=(one.id, one.user_id),
        data=data,
    )
