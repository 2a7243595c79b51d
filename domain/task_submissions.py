"""Task submissions: the numbered deliveries of a task and the client's decision on each."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class SubmissionDecision(Enum):
    """What became of a submission; only the last one of a task may be PENDING."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(eq=False, kw_only=True)
class TaskSubmission:
    """One delivery. Revisions of a task are 1, 2, 3… without gaps."""

    id: UUID
    task_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
    revision: int
    note: str
    links: list[str]
    submitted_by: UUID | None
    submitted_at: datetime
    decision: SubmissionDecision
    decision_note: str | None
    decided_by: UUID | None
    decided_at: datetime | None
