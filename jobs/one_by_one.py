"""Jobs over many objects: each in a transaction of its own, so that one that fails holds up no other."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.refusals import Refused
from persistence.database import Database
from persistence.unit import Unit, transact

log = logging.getLogger(__name__)

Work = Callable[[Unit, UUID], Awaitable[bool]]
"""Locks one object, looks whether there still is something to do, does it, and says whether there was."""


async def each(database: Database, ids: Iterable[UUID], work: Work, now: datetime) -> int:
    """How many of them there was something to do for; all are tried before a failure of any is raised."""
    done, failures = 0, []
    for one in ids:
        try:
            done += await transact(database, partial(_call, work, one), by=SYSTEM, at=now)
        except Refused as refusal:
            log.info("nothing to do for %s: %s", one, refusal)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of the objects failed", failures)
    return done


async def _call(work: Work, one: UUID, db: Unit) -> bool:
    return await work(db, one)
