"""The outbox: events written with the change they tell of, given their place in line by the relay."""

from typing import Any
from uuid import UUID

from domain.events import Event, Recorder, StatusChange
from domain.ids import new_id


def outbox_row(subject: Recorder, version: int, event: Event, request_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "type": event.type,
        "subject_type": subject.SUBJECT,
        "subject_id": subject.id,
        "subject_version": version,
        "organization_ids": list(event.organization_ids),
        "topics": list(event.topics),
        "actor_kind": event.by.kind.value,
        "actor_user_id": event.by.user_id,
        "actor_organization_id": event.by.organization_id,
        "request_id": request_id,
        "data": dict(event.data),
        "occurred_at": event.at,
    }


def status_change_row(subject_id: UUID, change: StatusChange) -> dict[str, Any]:
    return {
        "id": new_id(),
        "subject_id": subject_id,
        "action": change.action,
        "was": change.was,
        "now": change.now,
        "actor_kind": change.by.kind.value,
        "actor_user_id": change.by.user_id,
        "actor_organization_id": change.by.organization_id,
        "at": change.at,
    }
