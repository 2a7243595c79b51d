"""Files: what each purpose allows, and their life from the promise of an upload to what others may read."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.file_types import DOCUMENTS, PORTRAITS, TABLES, WORKS
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused, wrong_state
from domain.states import Move, Side, Stateful

MEGABYTE = 1_000_000
UPLOAD_FOR, DOWNLOAD_FOR = timedelta(minutes=15), timedelta(minutes=5)
"""How long the addresses work that bytes are sent to and fetched from."""
EXPECTED_FOR = timedelta(hours=1)
"""How long a file waits for its bytes."""
UNUSED_FOR, QUARANTINED_FOR = timedelta(days=7), timedelta(days=30)
"""How long a file is kept that nothing refers to, and one that something was found in."""
STORAGE_LIMIT = 10_000 * MEGABYTE
"""Of an organization, unless the settings say otherwise."""

_SHA256 = re.compile("[0-9a-f]{64}")


class FilePurpose(Enum):
    """What a file is for."""

    AVATAR = "AVATAR"
    ATTACHMENT = "ATTACHMENT"
    EVIDENCE = "EVIDENCE"
    IMPORT = "IMPORT"
    DELIVERABLE = "DELIVERABLE"


class FileStatus(Enum):
    """The life of a file."""

    PENDING = "PENDING"
    SCANNING = "SCANNING"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What files of a purpose may be."""

    most_bytes: int
    types: frozenset[str]


_P, _S = FilePurpose, FileStatus
ALLOWED = {
    _P.AVATAR: Allowed(5 * MEGABYTE, PORTRAITS),
    _P.ATTACHMENT: Allowed(25 * MEGABYTE, DOCUMENTS),
    _P.EVIDENCE: Allowed(25 * MEGABYTE, DOCUMENTS),
    _P.IMPORT: Allowed(50 * MEGABYTE, TABLES),
    _P.DELIVERABLE: Allowed(200 * MEGABYTE, WORKS),
}
MOST_BYTES = max(one.most_bytes for one in ALLOWED.values())
OCCUPIES = (_S.PENDING, _S.SCANNING, _S.CLEAN)
"""Counts against what an organization may keep."""
WITHOUT_USE = (_S.EXPIRED, _S.REJECTED)
_DELETABLE = (_S.PENDING, _S.SCANNING, _S.CLEAN, _S.REJECTED, _S.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What has arrived of a file's bytes. Where that are not as many as announced, nobody has read them."""

    size: int
    sha256: str | None


@dataclass(eq=False, kw_only=True)
class File(Stateful):
    """What somebody uploads. Nobody else sees it before it is CLEAN and attached to something that they may see."""

    SUBJECT: ClassVar[str] = "file"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("completeUpload", (_S.PENDING,), _S.SCANNING, Side.SELF),
        Move("deleteFile", _DELETABLE, None, Side.SELF),
        Move("passFile", (_S.SCANNING,), _S.CLEAN, Side.SYSTEM),
        Move("quarantineFile", (_S.SCANNING,), _S.INFECTED, Side.SYSTEM),
        Move("rejectFile", (_S.PENDING, _S.SCANNING), _S.REJECTED, Side.SYSTEM),
        Move("expireUpload", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    uploaded_by_id: UUID | None
    """The person; none where a program uploads with a key."""
    uploaded_with_id: UUID | None
    """The key, where it was one."""
    purpose: FilePurpose
    name: str
    content_type: str
    size: int
    sha256: str
    storage_key: str
    """Where the bytes are: random, and another one once they are checked. The name is never part of it."""
    scan_result: str | None = None
    """Why it was rejected, or what was found in it."""
    submission_id: UUID | None = None
    credit_dispute_id: UUID | None = None
    status: FileStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    @property
    def is_attached(self) -> bool:
        return self.submission_id is not None or self.credit_dispute_id is not None

    def complete(self, arrived: Arrived, *, by: Actor, at: datetime) -> None:
        """The bytes are there. Others than announced are not looked at any further."""
        self.check("completeUpload", by=by)
        if (reason := self.difference(arrived)) is not None:
            self.reject(reason, at=at)
            return
        self.move_to("completeUpload", by=by, at=at)
        self.record("uploaded", by=by, at=at, data={"purpose": self.purpose.value})

    def difference(self, arrived: Arrived) -> str | None:
        """What is wrong with the bytes that have arrived; None where they are those that were announced."""
        if arrived.size != self.size:
            return f"{arrived.size} bytes arrived instead of {self.size}."
        if arrived.sha256 != self.sha256:
            return "The bytes that arrived have another SHA-256 than was announced."
        return None

    def accept(self, storage_key: str, *, at: datetime) -> None:
        """The bytes under this key are what was declared, and nothing was found in them."""
        self.move_to("passFile", by=SYSTEM, at=at)
        self.storage_key = storage_key
        self._scanned(at)

    def reject(self, reason: str, *, at: datetime) -> None:
        """The bytes are not what was declared."""
        self.move_to("rejectFile", by=SYSTEM, at=at)
        self.scan_result = reason
        self._scanned(at)

    def quarantine(self, storage_key: str, finding: str, staff_organization_id: UUID | None, *, at: datetime) -> None:
        """Something was found: nobody gets these bytes any more, and the staff are told."""
        self.move_to("quarantineFile", by=SYSTEM, at=at)
        self.storage_key, self.scan_result = storage_key, finding
        self._scanned(at, staff_organization_id)

    def expire(self, *, at: datetime) -> None:
        """Its bytes did not come in time."""
        self.move_to("expireUpload", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at)

    def delete(self, *, by: Actor, at: datetime) -> None:
        self.check("deleteFile", by=by)
        self.record("deleted", by=by, at=at)

    def attach(self, *, submission_id: UUID | None = None, credit_dispute_id: UUID | None = None) -> None:
        """From now on whoever sees that sees the file."""
        self.submission_id, self.credit_dispute_id = submission_id, credit_dispute_id

    def blocked(self, action: str) -> Refused | None:
        if action == "deleteFile" and self.is_attached:
            message = "It is attached: what was handed over stays with what it was handed over with."
            return wrong_state(message, from_state="ATTACHED")
        return None

    def is_about(self, by: Actor) -> bool:
        """Whether the caller has uploaded it, for this organization."""
        if not by.acts_for(self.organization_id):
            return False
        if by.user_id is not None:
            return by.user_id == self.uploaded_by_id
        return by.key_id is not None and by.key_id == self.uploaded_with_id

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _scanned(self, at: datetime, *told: UUID | None) -> None:
        to = [self.organization_id, *(one for one in told if one is not None)]
        self.record("scanned", by=SYSTEM, at=at, data={"status": self.status.value}, to=to)


def new_storage_key() -> str:
    return secrets.token_hex(16)


def expect(
    purpose: FilePurpose,
    name: str,
    content_type: str,
    size: int,
    sha256: str,
    storage_key: str,
    *,
    used: int,
    limit: int,
    by: Actor,
    at: datetime,
) -> File:
    """A file whose bytes are still to come; refuses what the purpose does not allow, and what there is no room for."""
    allowed, checks = ALLOWED[purpose], Checks()
    checks.line("name", name, least=1, most=255)
    one_of = f"Files for {purpose.value} are one of {', '.join(sorted(allowed.types))}."
    checks.require(content_type in allowed.types, one_of, "contentType")
    checks.whole("size", size, least=1, most=allowed.most_bytes)
    is_digest = _SHA256.fullmatch(sha256) is not None
    checks.require(is_digest, "Give the SHA-256 of the content as 64 hex digits in lower case.", "sha256")
    checks.refuse()
    if used + size > limit:
        message = (
            f"Your organization keeps {used} of {limit} bytes; this file has {size}. Delete files that are not needed."
        )
        raise Refused(
            RefusalCode.LIMIT_REACHED, message, path=("size",), used=_megabytes(used), limit=limit // MEGABYTE
        )
    file = File(
        id=new_id(),
        organization_id=by.require_organization(),
        uploaded_by_id=by.user_id,
        uploaded_with_id=by.key_id,
        purpose=purpose,
        name=name.strip(),
        content_type=content_type,
        size=size,
        sha256=sha256,
        storage_key=storage_key,
    )
    file.born(_S.PENDING, action="createUpload", by=by, at=at)
    return file


def require_attachable(files: Sequence[File], *purposes: FilePurpose) -> None:
    """Refuses INVALID files of other purposes, WRONG_STATE those that are not CLEAN or are attached already."""
    checks = Checks()
    for position, file in enumerate(files):
        wanted = " or ".join(purpose.value for purpose in purposes)
        checks.require(file.purpose in purposes, f"Give files for {wanted}.", "fileIds", str(position))
    checks.refuse()
    for file in files:
        if file.status is not _S.CLEAN:
            message = f"{file.name} is {file.status.name}: only CLEAN files can be attached."
            raise wrong_state(message, from_state=file.status.name, allowed=[_S.CLEAN.name])
        if file.is_attached:
            message = f"{file.name} is attached already, and a file is attached once: upload it again for this."
            raise wrong_state(message, from_state="ATTACHED")


def _megabytes(size: int) -> int:
    """Begun ones count."""
    return -(-size // MEGABYTE)
