"""The audit log as a file: a line for each entry with all that its hash covers, so that anybody can recompute it."""

from typing import Any

from domain.audit_entries import ChainedEntry
from domain.export_files import FileFormat, RecordFile

COLUMNS = (
    *("chainId", "seq", "at", "actorKind", "actorUserId", "actorKeyId", "actorAppId", "impersonatorId"),
    *("organizationId", "action", "subjectType", "subjectId", "refusal", "requestId", "ip", "id"),
    *("change", "changeSha256", "prevHash", "hash"),
)


class AuditFile(RecordFile):
    """The file, piece by piece."""

    def __init__(self, format: FileFormat) -> None:
        super().__init__(format, COLUMNS)
        self.entry_count = 0

    def line(self, entry: ChainedEntry) -> str:
        self.entry_count += 1
        known: dict[str, Any] = {**entry.sealed, "seq": entry.seq, "change": entry.change}
        known |= {"prevHash": entry.prev_hash.hex(), "hash": entry.hash.hex()}
        return self.record({name: known[name] for name in COLUMNS if known.get(name) is not None})
