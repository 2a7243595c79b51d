"""Files: announcing one, saying that its bytes are there, getting at them, and giving it up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from domain.files import DOWNLOAD_FOR, UPLOAD_FOR, Arrived, File, FileStatus, expect, new_storage_key
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, wrong_state
from integrations.files import FileStore, NothingThere, Shown, StoreAway, files_in_use, storage_limit
from persistence import files, organizations
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

KEEPERS = Permission.FILES_WRITE
LIST, ORGANIZATION = files.LIST, files.ORGANIZATION
UPLOADED_BY, UPLOADED_WITH = files.UPLOADED_BY, files.UPLOADED_WITH
OF_SUBMISSION, OF_CREDIT_DISPUTE = files.OF_SUBMISSION, files.OF_CREDIT_DISPUTE


@dataclass(frozen=True, slots=True)
class UploadHeader:
    """What goes into the head of the request that brings the bytes."""

    name: str
    value: str


async def promise_place(context: Context, *, content_type: str, size: int, **fields: Any) -> dict[str, Any]:
    """An address for the bytes, before the transaction: to sign one, a store may have to be asked."""
    key, now = new_storage_key(), datetime.now(UTC)
    with _reached():
        url = await files_in_use().upload_url(key, size, UPLOAD_FOR)
    return {
        **fields,
        "content_type": content_type,
        "size": size,
        "storage_key": key,
        "url": url,
        "expires_at": now + UPLOAD_FOR,
        "limit": storage_limit(),
    }


async def create_upload(db: Unit, *, url: str, expires_at: datetime, limit: int, **fields: Any) -> Changed:
    """The organization is locked, so that of two files only one takes the last place."""
    organization = await organizations.locked(db, db.by.require_organization())
    used = await files.used_by(db, organization.id)
    file = expect(**fields, used=used, limit=limit, by=db.by, at=db.at)
    db.add(file)
    headers = [UploadHeader("content-type", file.content_type)]
    return Changed(file=file, url=url, headers=headers, expires_at=expires_at)


async def look_at_upload(context: Context, *, file_id: UUID) -> dict[str, Any]:
    """What has arrived, read before the transaction."""
    async with context.platform.database.reader() as session:
        file = await files.own(session, context.viewer, file_id)
    if file.status is not FileStatus.PENDING:
        return {"file_id": file_id, "arrived": None}
    with _reached():
        return {"file_id": file_id, "arrived": await _arrived(files_in_use(), file)}


async def complete_upload(db: Unit, *, file_id: UUID, arrived: Arrived | None) -> Changed:
    file = await files.for_change(db, file_id)
    if arrived is None:
        file.check("completeUpload", by=db.by)
        raise AssertionError("a file that is PENDING has not been looked at")
    file.complete(arrived, by=db.by, at=db.at)
    is_rejected = file.status is FileStatus.REJECTED
    return Changed(file=file, then=partial(_remove, file.storage_key) if is_rejected else None)


async def delete_file(db: Unit, *, file_id: UUID) -> Changed:
    file = await files.for_change(db, file_id)
    file.delete(by=db.by, at=db.at)
    await db.session.delete(file)
    return Changed(deleted_file_id=str(file.id), then=partial(_remove, file.storage_key))


async def download_url(context: Context, file_id: UUID) -> str | None:
    """Where to fetch a file that the viewer may see; None before it is CLEAN."""
    async with context.platform.database.reader() as session:
        file = await files.seen(session, context.viewer, file_id)
    if file is None or file.status is not FileStatus.CLEAN:
        return None
    shown = Shown(file.name, file.content_type)
    return await files_in_use().download_url(file.storage_key, shown, DOWNLOAD_FOR)


async def _arrived(store: FileStore, file: File) -> Arrived:
    """What is of another size is not read: it may be any."""
    try:
        size = await store.size(file.storage_key)
        if size is None:
            raise NothingThere
        sha256 = (await store.look(file.storage_key)).sha256 if size == file.size else None
    except NothingThere:
        message = "Nothing has arrived: send the bytes to the address that createUpload has given, then call this."
        raise wrong_state(message, from_state=file.status.name) from None
    return Arrived(size=size, sha256=sha256)


async def _remove(storage_key: str) -> None:
    """Where the store is away, the daily clean-up finds what was left."""
    try:
        await files_in_use().remove(storage_key)
    except StoreAway:
        return


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except StoreAway as away:
        raise Refused(RefusalCode.PROVIDER_UNAVAILABLE, "The store of files is away. Repeat this later.") from away
