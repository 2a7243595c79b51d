"""Exports of the audit log as clients ask for, read and check them."""

from datetime import datetime
from typing import Any

import strawberry

from domain import audit_exports as domain
from resolvers import audit_exports as resolve
from resolvers.context import Context
from schema.connections import connection, one
from schema.exports import ExportStatus, FileFormat
from schema.inputs import optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Int64
from schema.shapes import Node, plain, shows
from schema.users import User


@shows(domain.AuditExportPart, "A piece of an exported file; all pieces in their order are the file.")
class AuditExportPart:
    position: int = plain("Its place, from 1.")
    content: str = plain("Whole lines.")


@shows(domain.SignedManifest, "What Milepost vouches for: which entries a file holds, and its SHA-256.")
class AuditManifest:
    content: str = plain("The manifest as canonical JSON; exactly this text is signed.")
    signature: str = plain("Ed25519 over the text in UTF-8, in base64.")
    public_key: str = plain("What the signature is checked with: the 32 bytes of RFC 8032 in base64.")
    key: str = plain("The name of the key. It changes when the platform's keys are renewed.")


@shows(
    domain.AuditExport,
    "A file of entries of the audit log, chain by chain, each with its hash and that of the one before.",
)
class AuditExport(Node):
    status: ExportStatus = plain("How far it has come.")
    format: FileFormat = plain("How it is written.")
    requested_by: User | None = one(resolve.REQUESTED_BY, User, "Who asked for it, for those who may know them.")
    of_organization: Organization | None = one(
        resolve.OF_ORGANIZATION, Organization, "Whose entries; null: all that there are."
    )
    at_from: datetime | None = plain("Entries of this instant or later.")
    at_before: datetime = plain("Entries before this instant.")
    entry_count: Int64 | None = plain("How many entries there are; null while it is pending.")
    byte_count: Int64 | None = plain("How long the file is in UTF-8; null while it is pending.")
    sha256: str | None = plain("The SHA-256 of the whole file in hex; null while it is pending.")
    ready_at: datetime | None = plain("When it was complete.")
    version: int = plain("Counts the committed changes, from 1.")
    parts = connection(resolve.PARTS, AuditExportPart, "The file in pieces of about 64 KiB, in their order.")

    @strawberry.field(
        graphql_type=AuditManifest | None,
        description="The manifest of the file with its signature; null while it is pending.",
    )
    def manifest(self: Any, info: strawberry.Info[Context, None]) -> domain.SignedManifest | None:
        return resolve.signed_manifest(info.context, self)


@strawberry.input(description="Conditions on exports of the audit log; all given ones must hold.")
class AuditExportFilter:
    status: list[ExportStatus] | None = optional(list[ExportStatus], "That have come this far.")


@strawberry.type
class AuditExportQueries:
    audit_exports = connection(
        resolve.LIST,
        AuditExport,
        "The exports of your organization, newest first. Needs audit:export or staff:audit.",
        filter=AuditExportFilter,
        needs=resolve.EXPORTERS,
    )


@strawberry.type
class AuditExportMutations:
    export_audit_log = mutation(
        resolve.export_audit_log,
        "Asks for a file of entries of the audit log; it is written soon after and can be read for 7 days. With"
        " audit:export your own organization's, with staff:audit all.",
        needs=resolve.EXPORTERS,
        takes={
            "format": value(FileFormat, "How it shall be written."),
            "at_from": optional(datetime, "Entries of this instant or later; left out: from the beginning."),
            "at_before": optional(datetime, "Entries before this instant; left out: until now."),
            "organization_id": optional_id("Organization", "Whose entries; others than your own for staff only."),
        },
        gives={"export": (AuditExport, "The export as it is now.")},
    )
