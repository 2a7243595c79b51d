"""Files that have arrived are looked at, those that did not come expire, and what nobody needs is removed."""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.file_types import is_really, type_of
from domain.files import Arrived, File, new_storage_key
from integrations.files import FileStore, NothingThere, Shown, files_in_use
from integrations.scanners import ScannerAway, scanner_in_use
from persistence import files, organizations
from persistence.database import Database
from persistence.unit import Unit, transact

YOUNG = timedelta(days=1)
"""So long nothing in the store is taken for forgotten: a transaction may be about to refer to it."""

log = logging.getLogger(__name__)


async def scan_file(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To file.uploaded: the bytes are copied to where no address leads that was given away, and the copy is judged."""
    file = await files.scanning(database, event.subject_id)
    if file is None:
        return
    store, uploaded_to, kept_at = files_in_use(), file.storage_key, new_storage_key()
    wrong = await _difference(store, file, kept_at)
    finding = None if wrong is not None else await _scanned(store, kept_at)
    judge = partial(_judge, file, kept_at, wrong, finding)
    is_kept = await transact(database, judge, by=SYSTEM, at=now)
    if finding is not None:
        log.warning("something was found in the file %s: %s", file.id, finding)
    await store.remove(uploaded_to, *([] if is_kept else [kept_at]))


async def expire_uploads(database: Database, now: datetime) -> int:
    """An hour after they were announced, files without bytes expire; bytes that nobody told of are removed."""

    async def work(db: Unit) -> list[str]:
        late = await files.due_to_expire(db)
        for file in late:
            file.expire(at=db.at)
        return [file.storage_key for file in late]

    keys = await transact(database, work, by=SYSTEM, at=now)
    if keys:
        await files_in_use().remove(*keys)
    return len(keys)


async def clean_up(database: Database, now: datetime) -> int:
    """Files without use go, then what is in the store and belongs to no file; how many those were."""
    store, removed = files_in_use(), 0
    while keys := await transact(database, _forget_unused, by=SYSTEM, at=now):
        await store.remove(*keys)
        removed += len(keys)
    async for found in store.older(datetime.now(UTC) - YOUNG):
        unknown = await files.unknown(database, found)
        await store.remove(*unknown)
        removed += len(unknown)
    return removed


async def _difference(store: FileStore, file: File, kept_at: str) -> str | None:
    """What is wrong with the copy: it need not be what the uploader saw checked, who can still send."""
    try:
        kept = await store.keep(file.storage_key, kept_at, Shown(file.name, file.content_type))
    except NothingThere:
        return "Its bytes are not there any more."
    wrong = file.difference(Arrived(size=kept.size, sha256=kept.sha256))
    if wrong is None and not is_really(file.content_type, kept.head):
        wrong = f"Its content is {type_of(kept.head)}, not {file.content_type}."
    return wrong


async def _scanned(store: FileStore, kept_at: str) -> str | None:
    """What is found in the copy, which goes where nobody looks through it now: the next attempt makes its own."""
    try:
        return await scanner_in_use().scan(store.read(kept_at))
    except ScannerAway:
        await store.remove(kept_at)
        raise


async def _judge(file: File, kept_at: str, wrong: str | None, finding: str | None, db: Unit) -> bool:
    """Whether the copy is kept; not where somebody has deleted the file meanwhile, or has judged it."""
    found = await files.for_verdict(db, file.id)
    if found is None:
        return False
    if wrong is not None:
        found.reject(wrong, at=db.at)
        return False
    if finding is not None:
        found.quarantine(kept_at, finding, await organizations.platform_id(db), at=db.at)
    else:
        found.accept(kept_at, at=db.at)
    return True


async def _forget_unused(db: Unit) -> list[str]:
    unused = await files.without_use(db)
    for file in unused:
        await db.session.delete(file)
    return [file.storage_key for file in unused]
