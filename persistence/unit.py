"""The unit of work: the only place that begins or commits a transaction."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Select, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from domain.actors import Actor
from domain.audit_entries import Act, Told, own_act
from domain.events import Event, Recorder
from domain.outside import unit_is_open
from domain.refusals import conflict, not_found
from domain.states import Versioned
from persistence import audit_log
from persistence.audit_log import KeptAnswer
from persistence.database import Database
from persistence.outbox import outbox_row, status_change_row
from persistence.tables.platform import outbox, status_changes

T = TypeVar("T")
Row = dict[str, Any]
"""What is inserted, by the names of columns."""

_TOLD = "events so far"
_RETRIES = 3
_RETRYABLE = {"40P01": "deadlock", "40001": "serialization"}

REPEATED: Counter[str] = Counter()
"""How many transactions this process has repeated, by reason: a deadlock or a serialization failure."""


@dataclass(slots=True)
class Unit:
    """One transaction: the session, the instant all of it happens at, and who acts."""

    session: AsyncSession
    at: datetime
    by: Actor
    request_id: str | None = None
    act: Act | None = None
    """What the audit log will say of it; of the system's own acts it says what their events tell."""
    kept: KeptAnswer | None = None
    """What a repeat shall be answered with, of what is written down in the audit log."""
    last: dict[str, Callable[["Unit"], Awaitable[None]]] = field(default_factory=dict)
    """What is done once all else is written, by name: for rows that many want and that are therefore locked last."""

    def add(self, *objects: object) -> None:
        self.session.add_all(objects)

    async def flush(self) -> None:
        await self.session.flush()

    def take_news(self, *subjects: tuple[Recorder, int]) -> tuple[list[Row], list[Row]]:
        """What objects have recorded, as rows of status changes and of the outbox: for whoever writes them in one
        statement with the objects, each given with its version from then on."""
        return _news_of(self.session.sync_session, subjects)

    async def require(self, statement: Select[T], what: str, *path: str) -> T:
        """The one object that a verb is about; NOT_FOUND where there is none, or none that the caller may see."""
        found = (await self.session.scalars(statement)).one_or_none()
        if found is None:
            raise not_found(what, *path)
        return found


@asynccontextmanager
async def unit_of_work(
    database: Database, *, by: Actor, at: datetime, request_id: str | None = None
) -> AsyncIterator[Unit]:
    """Opens a transaction that commits when the block ends and rolls back when it raises."""
    token = unit_is_open.set(True)
    try:
        async with AsyncSession(database.engine, expire_on_commit=False) as session:
            session.sync_session.info.update(at=at, request_id=request_id)
            async with session.begin():
                unit = Unit(session, at, by, request_id)
                yield unit
                await session.flush()
                for finish in unit.last.values():
                    await finish(unit)
                _assert_nothing_unrecorded(session.sync_session)
                await _write_down(unit)
    finally:
        unit_is_open.reset(token)


async def transact(
    database: Database,
    work: Callable[[Unit], Awaitable[T]],
    *,
    by: Actor,
    at: datetime,
    request_id: str | None = None,
) -> T:
    """Runs `work` in one transaction; a deadlock or serialization failure repeats all of it, up to three times."""
    for attempt in range(1, _RETRIES + 2):
        try:
            async with unit_of_work(database, by=by, at=at, request_id=request_id) as db:
                return await work(db)
        except StaleDataError:
            raise conflict("Somebody else changed this at the same time. Read it again and repeat.") from None
        except DBAPIError as error:
            reason = _RETRYABLE.get(getattr(error.orig, "sqlstate", ""))
            if reason is None or attempt > _RETRIES:
                raise
            REPEATED[reason] += 1
            await asyncio.sleep(random.uniform(0.005, 0.05) * attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


@event.listens_for(Session, "before_flush")
def _write_what_was_recorded(session: Session, flush: UOWTransaction, instances: object) -> None:
    """Stamps changed objects and writes their events and status changes into the same transaction, deleted ones too."""
    at = session.info.get("at")
    recorded: list[tuple[Recorder, int]] = []
    for changed in (*session.new, *session.dirty, *session.deleted):
        is_new = changed in session.new
        if isinstance(changed, Versioned) and at is not None:
            if is_new:
                changed.created_at = at
            if is_new or session.is_modified(changed):
                changed.updated_at = at
        if isinstance(changed, Recorder):
            recorded.append((changed, 1 if is_new else getattr(changed, "version", 1) + 1))
    changes, events = _news_of(session, recorded)
    if changes:
        session.execute(status_changes.insert(), changes)
    if events:
        session.execute(outbox.insert(), events)


def _news_of(session: Session, subjects: Iterable[tuple[Recorder, int]]) -> tuple[list[Row], list[Row]]:
    """Rows of status changes and of events, in their order; the audit log will say the latter, too."""
    request_id = session.info.get("request_id")
    changes: list[Row] = []
    events: list[tuple[int, Row, Told]] = []
    for subject, version in subjects:
        changes += [status_change_row(subject.id, change) for change in subject.take_status_changes()]
        events += [
            (event_.nth, outbox_row(subject, version, event_, request_id), _told(subject, event_))
            for event_ in subject.take_events()
        ]
    events.sort(key=itemgetter(0))
    if events:
        session.info.setdefault(_TOLD, []).extend(told for _, _, told in events)
    return changes, [row for _, row, _ in events]


def _told(subject: Recorder, event: Event) -> Told:
    return Told(
        type=event.type,
        subject_type=type(subject).__name__,
        subject_id=subject.id,
        organization_ids=event.organization_ids,
    )


async def _write_down(unit: Unit) -> None:
    """Last of all, so that whoever comes next in the same chain waits for no more than the commit."""
    told: list[Told] = unit.session.info.get(_TOLD, [])
    act = unit.act or own_act(unit.by, told)
    if act is not None:
        await audit_log.append(unit.session, act, told, at=unit.at, request_id=unit.request_id, kept=unit.kept)
    elif unit.kept is not None:
        raise AssertionError("what is kept for a repeat is written with its entry in the audit log, and there is none")


def _assert_nothing_unrecorded(session: Session) -> None:
    """An event recorded on an object that did not change would be lost silently: fail loudly instead."""
    for known in session.identity_map.values():
        if isinstance(known, Recorder) and (known.__dict__.get("_events") or known.__dict__.get("_status_changes")):
            raise AssertionError(f"{type(known).__name__} recorded an event without changing; it would be lost")
