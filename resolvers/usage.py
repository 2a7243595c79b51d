"""Usage: reporting events, taking them back, and what they add up to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import ActorKind
from domain.app_permissions import AppPermission
from domain.checks import Checks
from domain.meters import Meter
from domain.permissions import Permission
from domain.refusals import not_found
from domain.usage_events import MAX_EVENTS, UsageReport, outcome, refusal_of, repeats
from domain.usage_totals import UsageTotal, check_stretch
from persistence import usage, usage_totals
from persistence.catalogue import METERS
from persistence.unit import Unit
from planner.edges import One
from resolvers.app_reach import organization_of
from resolvers.context import Context
from resolvers.guards import OrApp
from resolvers.live import Update
from resolvers.mutations import Changed

LIST, METER = usage.LIST, usage.METER
READERS = (Permission.BILLING_READ, Permission.STAFF_READ)
REPORTERS = OrApp((Permission.USAGE_WRITE,), AppPermission.USAGE_WRITE)
_GRANTED = AppPermission.USAGE_WRITE
_LATELY = timedelta(days=35)
_BY_ID = One(METERS, "object_id")


async def record_usage(db: Unit, *, organization_id: UUID | None, events: Sequence[UsageReport]) -> Changed:
    """An app reports to its own meters, everybody else to Milepost's."""
    organization_id = await organization_of(db, organization_id, _GRANTED)
    checks = Checks()
    checks.count("events", events, least=1, most=MAX_EVENTS)
    checks.refuse()
    again = repeats(events)
    given = enumerate(events)
    usable = {place: one for place, one in given if place not in again and refusal_of(one, db.at) is None}
    app_id = db.by.app_id if db.by.kind is ActorKind.APP else None
    stored, touched = await usage.write(db, organization_id, app_id, usable)
    became = outcome(organization_id, events, stored, db.at)
    await usage.tell(db, organization_id, touched)
    return Changed(accepted=len(became.accepted), duplicates=became.duplicates, refused=list(became.refused))


async def void_usage_event(db: Unit, *, usage_event_id: UUID, reason: str) -> Changed:
    event = await usage.for_voiding(db, usage_event_id)
    await organization_of(db, event.organization_id, _GRANTED)
    event.void(reason, closed=await usage.is_closed(db, event), at=db.at)
    await usage.tell(db, event.organization_id, {event.meter_id: await usage.code_of(db, event.meter_id)})
    return Changed(usage_event=event)


async def totals(
    context: Context, meter_id: UUID, organization_id: UUID | None, start: datetime | None, end: datetime | None
) -> list[UsageTotal]:
    """What was used in the periods that a stretch touches; the last 35 days unless said."""
    viewer, now = context.viewer, context.platform.now()
    organization_id = organization_id or viewer.require_organization()
    if not viewer.acts_for(organization_id) and not viewer.may(Permission.STAFF_READ):
        raise not_found("organization", "organizationId")
    end = end or now
    start = start or end - _LATELY
    check_stretch(start, end)
    meter: Meter | None = await context.loaders.one(_BY_ID, Update(0, None, meter_id))
    if meter is None:
        raise not_found("meter", "meterId")
    async with context.platform.database.reader() as session:
        return await usage_totals.between(session, organization_id, meter, start, end, at=now)
