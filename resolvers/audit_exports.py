"""Exports of the audit log: asking for one, where they lead, and the signature under what came of it."""

import base64
from typing import Any
from uuid import UUID

from domain import audit_exports as rules
from domain.audit_exports import AuditExport, SignedManifest
from domain.permissions import Permission
from persistence import audit_exports, organizations
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

EXPORTERS = (Permission.AUDIT_EXPORT, Permission.STAFF_AUDIT)

LIST, PARTS = audit_exports.LIST, audit_exports.PARTS
REQUESTED_BY, OF_ORGANIZATION = audit_exports.REQUESTED_BY, audit_exports.OF_ORGANIZATION


async def export_audit_log(db: Unit, *, organization_id: UUID | None, **fields: Any) -> Changed:
    export = rules.request(organization_id=organization_id, **fields, by=db.by, at=db.at)
    if organization_id is not None:
        await organizations.named(db, organization_id)
    db.add(export)
    return Changed(export=export)


def signed_manifest(context: Context, export: AuditExport) -> SignedManifest | None:
    """Signed anew with the newest key whenever it is asked for; None until the file is complete."""
    content = export.manifest
    if content is None:
        return None
    signed = context.platform.vault.signed(content.encode())
    signature, public_key = (base64.b64encode(one).decode() for one in (signed.signature, signed.public_key))
    return SignedManifest(content, signature, signed.key, public_key)
