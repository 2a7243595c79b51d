"""Task submissions: the numbered deliveries of a task and the client's decision on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.files import File, FilePurpose, require_attachable
from domain.ids import new_id
from domain.tasks import Task


class SubmissionDecision(Enum):
    """What became of a submission; only the last one of a task may be PENDING."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    WITHDRAWN = "WITHDRAWN"


MAX_NOTE, MAX_FILES = 5000, 20


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
    file_count: int
    submitted_by: UUID | None
    submitted_at: datetime
    decision: SubmissionDecision
    decision_note: str | None
    decided_by: UUID | None
    decided_at: datetime | None

    def decide(self, decision: SubmissionDecision, *, note: str | None = None, by: Actor, at: datetime) -> None:
        self.decision, self.decision_note = decision, note
        self.decided_by, self.decided_at = by.user_id, at


def check_delivery(note: str, links: Sequence[str], files: Sequence[File]) -> None:
    """Refuses INVALID unless there is a note, a link or a file, within their limits; WRONG_STATE files in use."""
    checks = Checks()
    checks.text("note", note, most=MAX_NOTE)
    checks.links("links", links)
    checks.count("fileIds", files, most=MAX_FILES)
    checks.require(bool(note.strip() or links or files), "Give a note, a link or a file: what you deliver.", "note")
    checks.refuse()
    require_attachable(files, FilePurpose.DELIVERABLE, FilePurpose.ATTACHMENT)


def delivery_of(
    task: Task, *, note: str, links: Sequence[str], files: Sequence[File], by: Actor, at: datetime
) -> TaskSubmission:
    """The submission for the task's newest revision."""
    return TaskSubmission(
        id=new_id(),
        task_id=task.id,
        client_organization_id=task.client_organization_id,
        freelancer_organization_id=task.freelancer_organization_id,
        revision=task.revision,
        note=note.strip(),
        links=[link.strip() for link in links],
        file_count=len(files),
        submitted_by=by.user_id,
        submitted_at=at,
        decision=SubmissionDecision.PENDING,
        decision_note=None,
        decided_by=None,
        decided_at=None,
    )


def check_note(note: str) -> None:
    """Refuses INVALID when a client asks for changes without saying which."""
    checks = Checks()
    checks.text("note", note, least=1, most=MAX_NOTE)
    checks.refuse()
