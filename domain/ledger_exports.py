"""Exports of the ledger: what was asked for, and the file that came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.events import Recorder
from domain.export_files import FileFormat
from domain.ids import new_id
from domain.ledger import AccountCode
from domain.ledger_files import LedgerFile, Total
from domain.permissions import Permission
from domain.refusals import forbidden, not_found
from domain.states import Versioned

KEPT_FOR = timedelta(days=7)
"""How long the content of a finished export can be read."""


class ExportStatus(Enum):
    """How far an export has come."""

    PENDING = "PENDING"
    READY = "READY"
    FORGOTTEN = "FORGOTTEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Which entries are meant: posted in a period, on accounts of an organization or with a code."""

    posted_from: datetime | None = None
    posted_before: datetime | None = None
    account_organization_id: UUID | None = None
    account_code: AccountCode | None = None


@dataclass(eq=False, kw_only=True)
class LedgerExport(Recorder, Versioned):
    """An export for an organization; its content is kept in parts beside it."""

    SUBJECT: ClassVar[str] = "ledger_export"

    id: UUID
    organization_id: UUID
    requested_by_id: UUID | None
    format: FileFormat
    posted_from: datetime | None
    posted_before: datetime
    account_organization_id: UUID | None
    account_code: AccountCode | None
    status: ExportStatus
    entry_count: int | None
    byte_count: int | None
    sha256: str | None
    sums: list[dict[str, Any]]
    ready_at: datetime | None

    @property
    def extent(self) -> Extent:
        return Extent(
            posted_from=self.posted_from,
            posted_before=self.posted_before,
            account_organization_id=self.account_organization_id,
            account_code=self.account_code,
        )

    @property
    def totals(self) -> list[Total]:
        return [Total(**one) for one in self.sums]

    def finish(self, file: LedgerFile, *, by: Actor, at: datetime) -> None:
        """The file is complete."""
        self.status, self.ready_at = ExportStatus.READY, at
        self.entry_count, self.byte_count, self.sha256 = file.entry_count, file.byte_count, file.sha256
        self.sums = [
            {
                "currency": total.currency,
                "entry_count": total.entry_count,
                "debit_minor": total.debit_minor,
                "credit_minor": total.credit_minor,
            }
            for _, total in sorted(file.totals.items())
        ]
        self.record("ledger.exported", by=by, at=at, data={"sha256": file.sha256, "entryCount": file.entry_count})

    def forget(self) -> None:
        """The content is let go; what it was stays known."""
        self.status = ExportStatus.FORGOTTEN

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def request(
    *,
    format: FileFormat,
    posted_from: datetime | None,
    posted_before: datetime | None,
    organization_id: UUID | None,
    account_code: AccountCode | None,
    by: Actor,
    at: datetime,
) -> LedgerExport:
    """An export that a job will write. Staff for money may ask for everybody's accounts, others for their own."""
    is_staff = by.may(Permission.STAFF_MONEY)
    if not is_staff and not by.may(Permission.MONEY_READ):
        raise forbidden("This needs the permission money:read or staff:money.")
    own_id = by.require_organization()
    if not is_staff and organization_id not in (None, own_id):
        raise not_found("organization", "organizationId")
    before = posted_before or at
    checks = Checks()
    checks.require(before <= at, "What is not posted yet cannot be exported.", "postedBefore")
    checks.require(posted_from is None or posted_from < before, "The period ends before it begins.", "postedFrom")
    checks.refuse()
    export = LedgerExport(
        id=new_id(),
        organization_id=own_id,
        requested_by_id=by.user_id,
        format=format,
        posted_from=posted_from,
        posted_before=before,
        account_organization_id=organization_id if is_staff else own_id,
        account_code=account_code,
        status=ExportStatus.PENDING,
        entry_count=None,
        byte_count=None,
        sha256=None,
        sums=[],
        ready_at=None,
    )
    export.record("requested", by=by, at=at)
    return export
