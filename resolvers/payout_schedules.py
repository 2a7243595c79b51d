"""Payout schedules: setting when a wallet is paid out by itself."""

from domain.money import Money
from domain.payout_schedules import PayoutFrequency, Rhythm, Weekday
from persistence import organizations, payout_schedules
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ORGANIZATION, SET_BY = payout_schedules.LIST, payout_schedules.ORGANIZATION, payout_schedules.SET_BY
OCCURRENCES, PAYOUT = payout_schedules.OCCURRENCES_OF_SCHEDULE, payout_schedules.PAYOUT


async def set_payout_schedule(
    db: Unit,
    *,
    currency: str,
    frequency: PayoutFrequency,
    weekday: Weekday | None = None,
    day: int | None = None,
    threshold: Money | None = None,
) -> Changed:
    organization = await organizations.get(db, db.by.require_organization())
    schedule = await payout_schedules.for_setting(db, organization.id, currency)
    rhythm = Rhythm(frequency=frequency, weekday=weekday, day=day)
    schedule.set(rhythm, threshold, time_zone=organization.time_zone, by=db.by, at=db.at)
    return Changed(schedule=schedule)
