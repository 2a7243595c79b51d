"""Exports of the ledger as clients ask for and read them."""

from datetime import datetime

import strawberry

from domain import ledger_export_parts, ledger_files
from domain import ledger_exports as domain
from domain.ledger import AccountCode
from domain.permissions import Permission
from resolvers import ledger_exports as resolve
from resolvers.ledger import READERS
from schema.connections import connection, one
from schema.exports import ExportStatus, FileFormat
from schema.inputs import optional, optional_id, value
from schema.money import Money
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency, Int64
from schema.shapes import Node, plain, shows
from schema.users import User


@shows(ledger_files.Total, "What the exported entries of a currency come to.")
class LedgerExportTotal:
    currency: Currency = plain("The currency.")
    entry_count: int = plain("How many entries there are.")
    debit: Money = plain("All debits, positive.")
    credit: Money = plain("All credits, positive.")


@shows(ledger_export_parts.LedgerExportPart, "A piece of an exported file; all pieces in their order are the file.")
class LedgerExportPart:
    position: int = plain("Its place, from 1.")
    content: str = plain("Whole lines.")


@shows(
    domain.LedgerExport,
    "A file of ledger entries, in the order in which they were posted. Its last lines hold counts and sums.",
)
class LedgerExport(Node):
    status: ExportStatus = plain("How far it has come.")
    format: FileFormat = plain("How it is written.")
    requested_by: User | None = one(resolve.REQUESTED_BY, User, "Who asked for it, for those who may know them.")
    posted_from: datetime | None = plain("Entries posted at this instant or later.")
    posted_before: datetime = plain("Entries posted before this instant.")
    account_organization: Organization | None = one(
        resolve.ACCOUNT_ORGANIZATION, Organization, "Whose accounts; null: those of all and the platform's own."
    )
    account_code: AccountCode | None = plain("Which accounts; null: all.")
    entry_count: Int64 | None = plain("How many entries there are; null while it is pending.")
    byte_count: Int64 | None = plain("How long the file is in UTF-8; null while it is pending.")
    sha256: str | None = plain("The SHA-256 of the whole file in hex; null while it is pending.")
    totals: list[LedgerExportTotal] = plain("Counts and sums by currency, as at the end of the file.")
    ready_at: datetime | None = plain("When it was complete.")
    version: int = plain("Counts the committed changes, from 1.")
    parts = connection(resolve.PARTS, LedgerExportPart, "The file in pieces of about 64 KiB, in their order.")


@strawberry.input(description="Conditions on exports; all given ones must hold.")
class LedgerExportFilter:
    status: list[ExportStatus] | None = optional(list[ExportStatus], "That have come this far.")


@strawberry.type
class LedgerExportQueries:
    ledger_exports = connection(
        resolve.LIST,
        LedgerExport,
        "The exports of your organization, newest first. Needs money:read or staff:money.",
        filter=LedgerExportFilter,
        needs=READERS,
    )


@strawberry.type
class LedgerExportMutations:
    export_ledger = mutation(
        resolve.export_ledger,
        "Asks for a file of ledger entries; it is written soon after and can be read for 7 days. With money:read of"
        " your own accounts, with staff:money of all; FORBIDDEN without either.",
        needs=(Permission.MONEY_READ, Permission.STAFF_MONEY),
        takes={
            "format": value(FileFormat, "How it shall be written."),
            "posted_from": optional(datetime, "Entries posted at this instant or later; left out: from the beginning."),
            "posted_before": optional(datetime, "Entries posted before this instant; left out: until now."),
            "organization_id": optional_id("Organization", "Whose accounts; others than your own for staff only."),
            "account_code": optional(AccountCode, "Only accounts with this code."),
        },
        gives={"export": (LedgerExport, "The export as it is now.")},
    )
