"""What exports of any sort have in common."""

from domain.export_files import FileFormat
from domain.ledger_exports import ExportStatus
from schema.enums import describe

describe(
    FileFormat,
    "How an export is written.",
    CSV="RFC 4180 with a header. Cells that a spreadsheet would compute begin with an apostrophe.",
    JSON_LINES="A JSON object on each line.",
)
describe(
    ExportStatus,
    "How far an export has come.",
    PENDING="It is being written.",
    READY="Its parts can be read, for 7 days.",
    FORGOTTEN="Its parts are gone; its counts, sums and SHA-256 stay.",
)

__all__ = ["ExportStatus", "FileFormat"]
