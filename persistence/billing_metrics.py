"""Figures of subscriptions, each in one statement over their standings and periods (billing_metrics.sql)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.billing_metrics import PAID_WITHIN, SCALE, Cohort, Moved, RevenueMovement, TrialConversion, instants_of
from persistence.database import Database

_HEADING = re.compile(r"^-- (revenue|cohorts|trials)\n", re.MULTILINE)


@cache
def _statements() -> dict[str, str]:
    _, *parts = _HEADING.split(Path(__file__).with_suffix(".sql").read_text())
    return dict(zip(parts[::2], parts[1::2], strict=True))


async def revenue(database: Database, app_id: UUID | None, currency: str, months: Sequence[date]) -> list[Moved]:
    """What has moved in each of the months, in their order."""
    rows = await database.fetch(_statements()["revenue"], [instants_of(months), app_id, currency, SCALE])
    found = {int(row["n"]) - 2: row for row in rows}
    return [_moved(found.get(number)) for number in range(len(months))]


def _moved(row: Any) -> Moved:
    if row is None:
        return Moved(before=0, by={}, paying_before=0, paying_after=0, lost=0)
    return Moved(
        before=int(row["before"]),
        by={kind: int(row[kind.value.lower()]) for kind in RevenueMovement},
        paying_before=row["paying_before"],
        paying_after=row["paying_after"],
        lost=row["lost"],
    )


async def cohorts(database: Database, app_id: UUID | None, months: Sequence[date], *, now: datetime) -> list[Cohort]:
    """Those of the months, each until the end of the last month that is over."""
    instants = [at for at in instants_of(months) if at <= now]
    rows = await database.fetch(_statements()["cohorts"], [instants, app_id]) if len(instants) > 1 else []
    still: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for row in rows:
        sizes[row["cohort"]] = row["organizations"]
        still.setdefault(row["cohort"], []).append(row["still_paying"])
    return [
        Cohort(begins_on=months[n - 1], organizations=sizes[n], still_paying=tuple(numbers))
        for n, numbers in sorted(still.items())
    ]


async def trials(database: Database, app_id: UUID | None, since: datetime, until: datetime) -> TrialConversion:
    (row,) = await database.fetch(_statements()["trials"], [since, app_id, until, PAID_WITHIN])
    return TrialConversion(ended=row["ended"], converted=row["converted"])
