"""The history of an object as it was written: each change of its status."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class HistoryEntry:
    """One stored status change. `was` is None for the first."""

    id: UUID
    subject_id: UUID
    action: str
    was: str | None
    now: str
    actor_kind: str
    actor_user_id: UUID | None
    actor_key_id: UUID | None
    actor_organization_id: UUID | None
    at: datetime
