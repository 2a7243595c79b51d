"""Chargebacks over time: read from the providers, answered to them, and lost when nobody answers in time."""

import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.payment_methods import Provider
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.payments import NoAnswer, NotFound
from jobs.chargeback_reports import follow
from jobs.one_by_one import each
from jobs.providers import reach, unanswered
from persistence import chargeback_postings, chargebacks, provider_accounts
from persistence.database import Database
from persistence.unit import Unit, transact

READ_EVERY = timedelta(minutes=10)
TELL_AGAIN_AFTER = timedelta(minutes=10)

log = logging.getLogger(__name__)


async def read_reports(database: Database, now: datetime) -> int:
    """Asks each provider what has changed since it was asked last."""
    return sum([await _read(database, provider, now) for provider in await provider_accounts.reachable(database)])


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a chargeback that the provider names; False where it knows none, or nobody here knows its charge."""
    if provider_id is None:
        return False
    report = await (await reach(database, provider)).find_chargeback(provider_id, now)
    if isinstance(report, NoAnswer):
        raise unanswered(provider, report)
    if isinstance(report, NotFound):
        return False
    return await follow(database, provider, report, now)


async def tell_answers(database: Database, now: datetime) -> int:
    """Tells the providers what was decided here, again until they have heard it."""
    told = 0
    while await _tell_one(database, now):
        told += 1
    return told


async def lapse(database: Database, now: datetime) -> int:
    """Chargebacks without an answer in time are lost."""
    ids = await transact(database, chargebacks.lapsed, by=SYSTEM, at=now)
    return await each(database, ids, _lapse, now)


async def _read(database: Database, provider: Provider, now: datetime) -> int:
    claim = partial(_claim, provider)
    since = await transact(database, claim, by=SYSTEM, at=now)
    if since is None:
        return 0
    reports = await (await reach(database, provider)).chargebacks(since, now)
    if isinstance(reports, NoAnswer):
        return 0
    followed = [report for report in reports if await _followed(database, provider, report, now)]
    missed = [report.changed_at for report in reports if report not in followed]
    # What could not be followed is read again, with all that came after it.
    up_to = (
        min(missed) - timedelta(microseconds=1) if missed else max((one.changed_at for one in reports), default=since)
    )
    await transact(database, lambda db: chargebacks.has_read(db, provider, up_to), by=SYSTEM, at=now)
    return len(followed)


async def _claim(provider: Provider, db: Unit) -> datetime | None:
    return await chargebacks.claim_feed(db, provider, READ_EVERY)


async def _followed(database: Database, provider: Provider, report: ReportedChargeback, now: datetime) -> bool:
    try:
        await follow(database, provider, report, now)
    except Exception:
        log.exception("chargeback %s could not be followed; it is read again", report.external_id)
        return False
    return True


async def _tell_one(database: Database, now: datetime) -> bool:
    async def mark(db: Unit) -> tuple[UUID, Provider, ChargebackAnswer] | None:
        chargeback = await chargebacks.due_for_telling(db)
        if chargeback is None:
            return None
        chargeback.tell_at = db.at + TELL_AGAIN_AFTER
        said = ChargebackAnswer(external_id=chargeback.external_id, evidence=chargeback.evidence, at=db.at)
        return chargeback.id, chargeback.provider, said

    telling = await transact(database, mark, by=SYSTEM, at=now)
    if telling is None:
        return False
    id_, provider, said = telling
    if isinstance(await (await reach(database, provider)).answer_chargeback(said), Heard):
        await transact(database, lambda db: _heard(db, id_), by=SYSTEM, at=now)
    return True


async def _heard(db: Unit, chargeback_id: UUID) -> None:
    (await chargebacks.locked(db, chargeback_id)).tell_at = None


async def _lapse(db: Unit, chargeback_id: UUID) -> bool:
    chargeback = await chargebacks.seen(db, chargeback_id)
    shares = await chargeback_postings.locked(db, chargeback)
    if not chargeback.is_overdue_at(db.at):
        return False
    chargeback.lose(at=db.at)
    await chargeback_postings.lose(db, chargeback, shares)
    await chargeback_postings.follow_hold(db, chargeback)
    return True
