"""Parts of an exported file: its text in pieces that fit into an answer, to be put together in their order."""

from dataclasses import dataclass
from uuid import UUID

PART_CHARACTERS = 64 * 1024
"""A part ends with the first line that reaches this."""


@dataclass(eq=False, kw_only=True)
class LedgerExportPart:
    """A piece of the file; it begins and ends with whole lines."""

    id: UUID
    export_id: UUID
    position: int
    content: str
