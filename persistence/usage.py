"""Usage: writing reported events in one statement, and reading what they add up to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, false, func, or_, select, tuple_

from domain.actors import Actor, ActorKind
from domain.app_permissions import AppPermission
from domain.ids import new_id
from domain.meters import Aggregation, Meter
from domain.permissions import Permission
from domain.subscription_periods import PeriodStatus
from domain.usage_events import CLOSES_AFTER, Stored, UsageEvent, UsageOfMeter, UsageReport
from persistence import app_reach, usage_closings
from persistence.catalogue import METERS
from persistence.outbox import outbox_row
from persistence.tables.platform import outbox
from persistence.tables.subscriptions import subscription_periods
from persistence.tables.usage import meters, usage_events
from persistence.tables.usage import usage_closings as closings
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

WRITE = Path(__file__).with_suffix(".sql").read_text()
"""One statement for a whole report, planned once for each connection."""

_events = usage_events.c


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for whoever reads its billing; an app sees what it has reported itself."""
    if viewer.may(Permission.STAFF_READ):
        return _events.id.is_not(None)
    if viewer.kind is ActorKind.APP:
        own = exists().where(meters.c.id == _events.meter_id, meters.c.app_id == viewer.app_id)
        return and_(own, app_reach.let_in(viewer, _events.organization_id, AppPermission.USAGE_WRITE))
    if viewer.organization_id is None or not viewer.may(Permission.BILLING_READ):
        return false()
    return _events.organization_id == viewer.organization_id


USAGE_EVENTS = Source(UsageEvent, usage_events, visible_to)
METER = One(METERS, "meter_id")
LIST = Connection(
    USAGE_EVENTS,
    orders={"OCCURRED_AT": _events.occurred_at, "RECORDED_AT": _events.recorded_at},
    default_order=(("OCCURRED_AT", True),),
    filters={
        "meter_id": lambda id_: _events.meter_id == id_,
        "is_late": lambda is_late: _events.is_late.is_(is_late),
        "is_voided": lambda is_voided: _events.voided_at.is_not(None) == is_voided,
        "occurred_from": lambda at: _events.occurred_at >= at,
        "occurred_before": lambda at: _events.occurred_at < at,
    },
)


async def write(
    db: Unit, organization_id: UUID, app_id: UUID | None, reports: Mapping[int, UsageReport]
) -> tuple[dict[int, Stored], dict[UUID, str]]:
    """Writes events, by their places, to the meters of a catalogue; and says which meters have got new ones."""
    if not reports:
        return {}, {}
    ids, places = {place: new_id() for place in reports}, list(reports)
    columns = [
        [getattr(one, name) for one in reports.values()]
        for name in ("meter_code", "event_id", "occurred_at", "value", "unique_key")
    ]
    if any(one.may_meet_closing(db.at) for one in reports.values()):
        await usage_closings.hold_off(db, organization_id)
    place_and_time = (app_id, organization_id, db.at, db.at - CLOSES_AFTER)
    connection = await db.session.connection()
    written = await connection.exec_driver_sql(WRITE, (list(ids.values()), *columns, *place_and_time))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in written]
    found: dict[int, Stored] = {}
    touched: dict[UUID, str] = {}
    for ordinal, meter_id, aggregation, is_new, by, at, value, key in rows:
        place, known = places[ordinal - 1], Aggregation(aggregation)
        earlier = None if by is None else (by, at, value, key)
        found[place] = Stored(aggregation=known, is_new=is_new, earlier=earlier)
        if is_new:
            touched[meter_id] = reports[place].meter_code
    found |= await _written_meanwhile(db, reports, found, {places[row[0] - 1]: row[1] for row in rows})
    unknown = Stored(aggregation=None, is_new=False, earlier=None)
    return {place: found.get(place, unknown) for place in reports}, touched


async def _written_meanwhile(
    db: Unit, reports: Mapping[int, UsageReport], found: Mapping[int, Stored], meter_ids: Mapping[int, UUID]
) -> dict[int, Stored]:
    """Events that somebody else wrote while the statement ran: neither new nor there when it began."""
    missing = {
        (meter_ids[place], reports[place].event_id): place
        for place, one in found.items()
        if not one.is_new and one.earlier is None
    }
    if not missing:
        return {}
    same = tuple_(_events.meter_id, _events.event_id).in_(list(missing))
    found_now = select(
        _events.meter_id,
        _events.event_id,
        _events.organization_id,
        _events.occurred_at,
        _events.value,
        _events.unique_key,
    ).where(same)
    return {
        (place := missing[meter_id, event_id]): Stored(
            aggregation=found[place].aggregation, is_new=False, earlier=(by, at, value, key)
        )
        for meter_id, event_id, by, at, value, key in await db.session.execute(found_now)
    }


async def tell(db: Unit, organization_id: UUID, touched: Mapping[UUID, str]) -> None:
    """One event for each meter whose total has changed."""
    rows: list[dict[str, Any]] = []
    for meter_id, code in sorted(touched.items()):
        usage = UsageOfMeter(id=meter_id, organization_id=organization_id)
        usage.record("recorded", by=db.by, at=db.at, data={"meterCode": code})
        rows += [outbox_row(usage, 1, event, db.request_id) for event in usage.take_events()]
    if rows:
        await db.session.execute(outbox.insert(), rows)


async def code_of(db: Unit, meter_id: UUID) -> str:
    meter = await db.session.get_one(Meter, meter_id)
    return meter.code


async def for_voiding(db: Unit, event_id: UUID) -> UsageEvent:
    statement = select(UsageEvent).where(_events.id == event_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "usage event", "usageEventId")


async def is_closed(db: Unit, event: UsageEvent) -> bool:
    """Whether the period that an event counts in takes no more; if it does, it does so until the commit."""
    await usage_closings.hold_off(db, event.organization_id)
    periods = subscription_periods.c
    is_written = exists().where(closings.c.period_id == periods.id)
    closed = exists().where(
        periods.organization_id == event.organization_id,
        periods.period_start <= event.counted_at,
        periods.period_end > event.counted_at,
        or_(periods.period_end <= db.at - CLOSES_AFTER, is_written),
        periods.status != PeriodStatus.FAILED,
        func.jsonb_extract_path(periods.terms, "metered", str(event.meter_id)).is_not(None),
    )
    return bool(await db.session.scalar(select(closed)))
