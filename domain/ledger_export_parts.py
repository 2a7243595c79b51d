"""Parts of an exported file: its text in pieces that fit into an answer, to be put together in their order."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class LedgerExportPart:
    """A piece of the file; it begins and ends with whole lines."""

    id: UUID
    export_id: UUID
    position: int
    content: str
