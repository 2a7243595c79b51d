"""What organizations may use at this moment: sets that a process keeps for as long as their versions stay the same."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.entitlements import Entitlement, EntitlementSet, SetKey
from domain.features import FeatureKind
from domain.quotas import CheckedEntitlement, QuotaWindow, not_entitled, quota_of, window_of
from domain.refusals import not_found
from persistence.database import Database
from persistence.entitlement_sets import SET, set_of
from persistence.plan_usage import COUNTS, counting
from persistence.unit import Unit

MOST = 10_000
KEPT_SECONDS = 300.0
"""However long the versions stay: what changed beside them, by hand in the database, is noticed after that."""

_Owner = tuple[UUID, UUID | None]
"""An organization, and the app whose catalogue it is about; None: Milepost's own."""
_Windows = Sequence[tuple[Entitlement, QuotaWindow | None]]
"""Features, each with the window of its limit."""

_NOW = """
SELECT
    organization.kind,
    coalesce((SELECT version FROM entitlement_versions WHERE organization_id = organization.id AND {app}), 0),
    coalesce((SELECT version FROM entitlement_versions WHERE organization_id IS NULL AND {app}), 0),
    ({used})
FROM organizations AS organization
WHERE organization.id = $1
"""
_COUNTER = "SELECT used FROM quota_counters WHERE organization_id = $1 AND feature_id = $2 AND window_starts_at = $3"
_NOW_OF_MILEPOST = _NOW.format(app="app_id IS NULL", used=_COUNTER)
_NOW_OF_COUNTED = {code: _NOW.format(app="app_id IS NULL", used=counted) for code, counted in COUNTS.items()}
_NOW_OF_APP = _NOW.format(app="app_id = $4", used=_COUNTER)
"""What every check reads."""

_USED = """
SELECT feature_id, window_starts_at, used FROM quota_counters
WHERE organization_id = $1 AND feature_id = ANY ($2) AND window_starts_at = ANY ($3)
"""


@dataclass(frozen=True, slots=True)
class _Known:
    set: EntitlementSet
    until: float


class Entitlements:
    """The sets of one process. Never stale: at every check the versions are read from the database that is written to.

    What is kept are intervals: time is looked at with each check.
    """

    def __init__(self, database: Database, *, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._most, self._clock = database, most, clock
        self._known: OrderedDict[_Owner, _Known] = OrderedDict()

    async def check(
        self, organization_id: UUID, app_id: UUID | None, code: str, at: datetime, user_id: UUID | None = None
    ) -> CheckedEntitlement:
        """What an organization, or one person in it, has of a feature: one statement, as long as nothing changes."""
        owner = organization_id, app_id
        known = self._known.get(owner)
        found = None if known is None else _found(known.set, code, at)
        window = None if found is None else _window_of(found)
        key, used = await self._now(owner, found, window)
        current = self._kept(owner, key) or await self._read(owner)
        if found is None or known is None or current is not known.set:
            found = _found(current, code, at)
            if found is None:
                raise not_found("feature in this catalogue", "featureCode")
            window = _window_of(found)
            used = (await self._used(owner, [(found, window)])).get(code, 0)
        return _checked(current, found, user_id, used, window)

    async def all(
        self, organization_id: UUID, app_id: UUID | None, at: datetime, user_id: UUID | None = None
    ) -> list[CheckedEntitlement]:
        """Every feature of a catalogue, by code: three statements, as long as nothing changes."""
        owner = organization_id, app_id
        key, _ = await self._now(owner, None, None)
        current = self._kept(owner, key) or await self._read(owner)
        found = [one.at(at) for one in current.features.values()]
        windows = [(one, _window_of(one)) for one in found]
        used = await self._used(owner, windows)
        return [_checked(current, one, user_id, used.get(one.feature.code, 0), window) for one, window in windows]

    def _kept(self, owner: _Owner, key: SetKey) -> EntitlementSet | None:
        known = self._known.get(owner)
        if known is None or known.set.key != key or self._clock() >= known.until:
            return None
        self._known.move_to_end(owner)
        return known.set

    async def _now(self, owner: _Owner, found: Entitlement | None, window: QuotaWindow | None) -> tuple[SetKey, int]:
        """By which versions the set is true at this moment, and what is used of one limit."""
        organization_id, app_id = owner
        counted = [None, None] if found is None or window is None else [found.feature.feature_id, window.starts_at]
        if app_id is None and found is not None and found.feature.code in COUNTS:
            rows = await self._database.fetch(_NOW_OF_COUNTED[found.feature.code], [organization_id])
        elif app_id is None:
            rows = await self._database.fetch(_NOW_OF_MILEPOST, [organization_id, *counted])
        else:
            rows = await self._database.fetch(_NOW_OF_APP, [organization_id, *counted, app_id])
        if not rows:
            raise not_found("organization", "organizationId")
        kind, version, catalogue_version, used = rows[0]
        return (kind, version, catalogue_version), used or 0

    async def _read(self, owner: _Owner) -> EntitlementSet:
        """As it is by now, kept under the versions of the same moment."""
        rows = await self._database.fetch(SET, list(owner))
        if not rows:
            raise not_found("organization", "organizationId")
        current = set_of(rows[0])
        self._known.pop(owner, None)
        if len(self._known) >= self._most:
            self._known.popitem(last=False)
        self._known[owner] = _Known(current, self._clock() + KEPT_SECONDS)
        return current

    async def _used(self, owner: _Owner, found: _Windows) -> dict[str, int]:
        """What is used of limits, by code: what there is of those that count that, of others what counters say."""
        organization_id, app_id = owner
        limits = [(one.feature, window) for one, window in found if window is not None]
        counted = [one.code for one, _ in limits if app_id is None and one.code in COUNTS]
        codes = {(one.feature_id, window.starts_at): one.code for one, window in limits if one.code not in counted}
        used = dict[str, int]()
        if counted:
            [row] = await self._database.fetch(counting(counted), [organization_id])
            used.update(zip(counted, row, strict=True))
        if codes:
            ids, starts = [id_ for id_, _ in codes], [start for _, start in codes]
            rows: Sequence[Any] = await self._database.fetch(_USED, [organization_id, ids, starts])
            used.update({codes[id_, start]: one for id_, start, one in rows if (id_, start) in codes})
        return used


def _found(known: EntitlementSet, code: str, at: datetime) -> Entitlement | None:
    feature = known.features.get(code)
    return None if feature is None else feature.at(at)


def _window_of(found: Entitlement) -> QuotaWindow | None:
    return window_of(found, found.at) if found.feature.kind is FeatureKind.LIMIT else None


def _checked(
    known: EntitlementSet, found: Entitlement, user_id: UUID | None, used: int, window: QuotaWindow | None
) -> CheckedEntitlement:
    """The answer for the organization or, of what is sold by the seat, for one person in it."""
    entitlement = found if user_id is None else found.feature.at(found.at, user_id)
    quota = None if window is None else quota_of(entitlement, used, window)
    return CheckedEntitlement(entitlement, quota, known.version)


async def within(db: Unit, organization_id: UUID, app_id: UUID | None) -> EntitlementSet:
    """The set as a transaction sees it, its own changes included; nothing of it is kept."""
    await db.flush()
    connection = await db.session.connection()
    record = (await connection.exec_driver_sql(SET, (organization_id, app_id))).one_or_none()
    if record is None:
        raise not_found("organization", "organizationId")
    return set_of(tuple(record))


async def of_feature(
    db: Unit, organization_id: UUID, code: str, app_id: UUID | None = None, user_id: UUID | None = None
) -> Entitlement:
    """What an organization, or one person in it, has of a feature, for verbs that depend on it."""
    feature = (await within(db, organization_id, app_id)).features.get(code)
    if feature is None:
        raise not_found("feature in this catalogue", "featureCode")
    return feature.at(db.at, user_id)


async def require(
    db: Unit, organization_id: UUID, code: str, app_id: UUID | None = None, user_id: UUID | None = None
) -> Entitlement:
    """The same, refused NOT_ENTITLED while the feature is off; of a feature with seats, for whoever has none."""
    entitlement = await of_feature(db, organization_id, code, app_id, user_id)
    if not entitlement.is_active:
        raise not_entitled(code)
    return entitlement
