"""Queries of files: who sees them, what an organization keeps, the locks of the verbs, and what nobody needs."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor, ActorKind
from domain.files import EXPECTED_FOR, OCCUPIES, QUARANTINED_FOR, UNUSED_FOR, WITHOUT_USE, File, FileStatus
from domain.refusals import not_found
from persistence import credit_disputes, task_submissions
from persistence.api_keys import API_KEYS
from persistence.database import Database
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credit_control import credit_disputes as disputes
from persistence.tables.files import files
from persistence.tables.projects import task_submissions as submissions
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source

BATCH = 100
_FILES = files.c
_IS_ATTACHED = or_(_FILES.submission_id.is_not(None), _FILES.credit_dispute_id.is_not(None))


def visible_to(viewer: Actor) -> Condition:
    """One's own, whatever became of them; others' once they are CLEAN, with what they are attached to."""
    if viewer.kind is ActorKind.SYSTEM:
        return true()
    subjects = (
        (submissions.c.id == _FILES.submission_id, task_submissions.TASK_SUBMISSIONS),
        (disputes.c.id == _FILES.credit_dispute_id, credit_disputes.CREDIT_DISPUTES),
    )
    # Whatever else a statement reads, nothing but the file comes from outside.
    seen = [exists().where(is_its, subject.visible_to(viewer)).correlate(files) for is_its, subject in subjects]
    return or_(_own(viewer), and_(_FILES.status == FileStatus.CLEAN, or_(*seen)))


def _own(viewer: Actor) -> Condition:
    """What the viewer has uploaded, for the organization they act for now."""
    if viewer.organization_id is None or (viewer.user_id is None and viewer.key_id is None):
        return false()
    by = _FILES.uploaded_by_id == viewer.user_id
    if viewer.user_id is None:
        by = _FILES.uploaded_with_id == viewer.key_id
    return and_(_FILES.organization_id == viewer.organization_id, by)


FILES = Source(File, files, visible_to)
UPLOADED_BY, ORGANIZATION = One(USERS, "uploaded_by_id"), One(ORGANIZATIONS, "organization_id")
UPLOADED_WITH = One(API_KEYS, "uploaded_with_id")
OF_SUBMISSION, OF_CREDIT_DISPUTE = Many(FILES, "submission_id", "id"), Many(FILES, "credit_dispute_id", "id")
LIST = Connection(
    FILES,
    orders={"CREATED_AT": _FILES.created_at, "NAME": _FILES.name, "SIZE": _FILES.size},
    default_order=(("CREATED_AT", True),),
    filters={
        "purpose": lambda values: _FILES.purpose.in_(values),
        "status": lambda values: _FILES.status.in_(values),
        "is_attached": lambda wanted: _IS_ATTACHED if wanted else ~_IS_ATTACHED,
    },
    where=lambda viewer: _FILES.organization_id == viewer.organization_id,
)


async def used_by(db: Unit, organization_id: UUID) -> int:
    """How many bytes an organization keeps, or has announced."""
    counted = _FILES.organization_id == organization_id, _FILES.status.in_(OCCUPIES)
    return int(await db.session.scalar(select(func.coalesce(func.sum(_FILES.size), 0)).where(*counted)) or 0)


async def own(session: AsyncSession, viewer: Actor, file_id: UUID) -> File:
    """A file that the caller has uploaded, for reading; NOT_FOUND for any other."""
    file = (await session.scalars(select(File).where(_FILES.id == file_id, _own(viewer)))).one_or_none()
    if file is None:
        raise not_found("file", "fileId")
    return file


async def seen(session: AsyncSession, viewer: Actor, file_id: UUID) -> File | None:
    """A file that the viewer may see."""
    return (await session.scalars(select(File).where(_FILES.id == file_id, visible_to(viewer)))).one_or_none()


async def for_change(db: Unit, file_id: UUID) -> File:
    """A file that the caller has uploaded, locked."""
    statement = select(File).where(_FILES.id == file_id, _own(db.by)).with_for_update()
    return await db.require(statement, "file", "fileId")


async def for_attaching(db: Unit, file_ids: Sequence[UUID]) -> Sequence[File]:
    """Files that the caller has uploaded, locked, in the order in which they are named."""
    wanted = select(File).where(_FILES.id.in_(file_ids), _own(db.by)).order_by(_FILES.id).with_for_update()
    found = {file.id: file for file in await db.session.scalars(wanted)}
    for position, file_id in enumerate(file_ids):
        if file_id not in found:
            raise not_found("file", "fileIds", str(position))
    return [found[file_id] for file_id in dict.fromkeys(file_ids)]


async def scanning(database: Database, file_id: UUID) -> File | None:
    """A file that is to be looked at; None where that is done, or the file is gone."""
    async with database.reader() as session:
        due = _FILES.id == file_id, _FILES.status == FileStatus.SCANNING
        return (await session.scalars(select(File).where(*due))).one_or_none()


async def for_verdict(db: Unit, file_id: UUID) -> File | None:
    """The same, locked."""
    due = _FILES.id == file_id, _FILES.status == FileStatus.SCANNING
    return (await db.session.scalars(select(File).where(*due).with_for_update())).one_or_none()


async def due_to_expire(db: Unit) -> Sequence[File]:
    """Those whose bytes did not come in time, locked; what somebody else has locked is left to them."""
    late = _FILES.status == FileStatus.PENDING, _FILES.created_at <= db.at - EXPECTED_FOR
    statement = select(File).where(*late).order_by(_FILES.created_at).limit(BATCH)
    return (await db.session.scalars(statement.with_for_update(skip_locked=True))).all()


async def without_use(db: Unit) -> Sequence[File]:
    """Those that nothing refers to and nobody will, locked."""
    unused = and_(_FILES.status.in_((*WITHOUT_USE, FileStatus.CLEAN)), _FILES.updated_at < db.at - UNUSED_FOR)
    harmful = and_(_FILES.status == FileStatus.INFECTED, _FILES.updated_at < db.at - QUARANTINED_FOR)
    statement = select(File).where(~_IS_ATTACHED, or_(unused, harmful)).order_by(_FILES.updated_at).limit(BATCH)
    return (await db.session.scalars(statement.with_for_update(skip_locked=True))).all()


async def unknown(database: Database, storage_keys: Collection[str]) -> list[str]:
    """Which of these keys no file has."""
    async with database.reader() as session:
        known = set(await session.scalars(select(_FILES.storage_key).where(_FILES.storage_key.in_(storage_keys))))
    return [key for key in storage_keys if key not in known]


async def unfinished(session: AsyncSession) -> dict[FileStatus, int]:
    """How many wait for their scan, and how many are in quarantine."""
    watched = (FileStatus.SCANNING, FileStatus.INFECTED)
    counted = select(_FILES.status, func.count()).where(_FILES.status.in_(watched)).group_by(_FILES.status)
    found = {row.status: row[1] for row in await session.execute(counted)}
    return {status: found.get(status, 0) for status in watched}
