"""Versions of what organizations may use, raised with every change of it, so that no known set outlives it."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.entitlement_versions import EntitlementVersion, id_of
from persistence.outbox import outbox_row
from persistence.tables.entitlements import entitlement_versions
from persistence.tables.platform import outbox
from persistence.unit import Unit

_RAISED = "sets of entitlements that this transaction changes"

Key = tuple[UUID | None, UUID | None]
"""An organization (None: all of them) and the app whose catalogue it is about (None: Milepost's own)."""


async def bump(db: Unit, organization_id: UUID | None, app_id: UUID | None) -> None:
    """Whatever was known of this organization's entitlements, or without one of the whole catalogue, is out of date.

    It may be called at any place and more than once: the versions are raised when the transaction is about to commit,
    so that their rows, which everybody of a catalogue may want, are locked last and for a moment only.
    """
    _keys(db).add((organization_id, app_id))
    db.last["entitlement versions"] = _raise


def _keys(db: Unit) -> set[Key]:
    keys: set[Key] = db.session.info.setdefault(_RAISED, set())
    return keys


async def _raise(db: Unit) -> None:
    keys = sorted(_keys(db), key=str)
    new = [
        {"id": id_of(*key), "organization_id": key[0], "app_id": key[1], "version": 1, "updated_at": db.at}
        for key in keys
    ]
    columns = entitlement_versions.c
    written = insert(entitlement_versions).values(new)
    raised = written.on_conflict_do_update(
        constraint="uq_entitlement_versions_set",
        set_={"version": columns.version + 1, "updated_at": written.excluded.updated_at},
    ).returning(columns.id, columns.organization_id, columns.app_id, columns.version)
    rows = (await db.session.execute(raised)).mappings().all()
    await db.session.execute(outbox.insert(), [row for one in rows for row in _told(db, EntitlementVersion(**one))])


def _told(db: Unit, version: EntitlementVersion) -> list[dict[str, object]]:
    version.raised(by=db.by, at=db.at)
    return [outbox_row(version, version.version, event, db.request_id) for event in version.take_events()]
