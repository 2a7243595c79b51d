"""Exports of the audit log: what was asked for, the file that came of it, and the manifest that vouches for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.audit_entries import canonical
from domain.audit_files import AuditFile
from domain.checks import Checks
from domain.events import Recorder
from domain.export_files import FileFormat
from domain.ids import new_id
from domain.ledger_exports import ExportStatus
from domain.permissions import Permission
from domain.refusals import not_found
from domain.states import Versioned


@dataclass(eq=False, kw_only=True)
class AuditExport(Recorder, Versioned):
    """An export for an organization; its content is kept in parts beside it."""

    SUBJECT: ClassVar[str] = "audit_export"

    id: UUID
    organization_id: UUID
    requested_by_id: UUID | None
    format: FileFormat
    of_organization_id: UUID | None
    at_from: datetime | None
    at_before: datetime
    status: ExportStatus
    entry_count: int | None
    byte_count: int | None
    sha256: str | None
    ready_at: datetime | None

    def finish(self, file: AuditFile, *, by: Actor, at: datetime) -> None:
        """The file is complete."""
        self.status, self.ready_at = ExportStatus.READY, at
        self.entry_count, self.byte_count, self.sha256 = file.entry_count, file.byte_count, file.sha256
        self.record("audit.exported", by=by, at=at, data={"sha256": file.sha256, "entryCount": file.entry_count})

    def forget(self) -> None:
        """The content is let go; what it was stays known."""
        self.status = ExportStatus.FORGOTTEN

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    @property
    def manifest(self) -> str | None:
        """What Milepost vouches for, as canonical JSON; None until the file is complete."""
        if self.sha256 is None:
            return None
        known = {
            "export": str(self.id),
            "organization": None if self.of_organization_id is None else str(self.of_organization_id),
            "atFrom": None if self.at_from is None else self.at_from.isoformat(),
            "atBefore": self.at_before.isoformat(),
            "format": self.format.value,
            "entryCount": self.entry_count,
            "byteCount": self.byte_count,
            "sha256": self.sha256,
        }
        return canonical(known)


@dataclass(eq=False, kw_only=True)
class AuditExportPart:
    """A piece of the file; it begins and ends with whole lines."""

    id: UUID
    export_id: UUID
    position: int
    content: str


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest with what proves that it is ours."""

    content: str
    signature: str
    key: str
    public_key: str


def request(
    *,
    format: FileFormat,
    organization_id: UUID | None,
    at_from: datetime | None,
    at_before: datetime | None,
    by: Actor,
    at: datetime,
) -> AuditExport:
    """An export that a job will write. Staff for audits may ask for everybody's entries, others for their own."""
    is_staff, own_id = by.may(Permission.STAFF_AUDIT), by.require_organization()
    if not is_staff and organization_id not in (None, own_id):
        raise not_found("organization", "organizationId")
    before = at_before or at
    checks = Checks()
    checks.require(before <= at, "What has not happened yet cannot be exported.", "atBefore")
    checks.require(at_from is None or at_from < before, "The period ends before it begins.", "atFrom")
    checks.refuse()
    export = AuditExport(
        id=new_id(),
        organization_id=own_id,
        requested_by_id=by.user_id,
        format=format,
        of_organization_id=organization_id if is_staff else own_id,
        at_from=at_from,
        at_before=before,
        status=ExportStatus.PENDING,
        entry_count=None,
        byte_count=None,
        sha256=None,
        ready_at=None,
    )
    export.record("requested", by=by, at=at)
    return export
