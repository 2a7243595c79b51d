"""What happened, recorded by the object it happened to and written to the outbox in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense, for example milestone.approved. `topics` are the ids of all objects it concerns.

    `nth` numbers the events of a process as they are recorded: a transaction writes those of all its objects in order.
    """

    type: str
    at: datetime
    by: Actor
    organization_ids: tuple[UUID, ...]
    topics: tuple[UUID, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    nth: int = field(default_factory=count().__next__, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """A committed event as its readers see it. `position` is its place in the one order of all events, without gaps."""

    id: UUID
    position: int
    type: str
    subject_type: str
    subject_id: UUID
    subject_version: int
    organization_ids: tuple[UUID, ...]
    topics: tuple[UUID, ...]
    actor_kind: str
    actor_user_id: UUID | None
    actor_key_id: UUID | None
    actor_organization_id: UUID | None
    request_id: str | None
    data: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """One step of an object's life: from which state to which, by whom and when. `was` is None at its birth."""

    action: str
    was: str | None
    now: str
    at: datetime
    by: Actor


class Recorder:
    """Keeps what a verb recorded until the unit of work writes it; nothing is published by hand."""

    SUBJECT: ClassVar[str]
    """The object's name in event types and history, for example "milestone"."""

    id: UUID

    def concerned_organizations(self) -> Iterable[UUID]:
        """The organizations that may learn of this object's events."""
        raise TypeError(f"{type(self).__name__} does not say whom its events concern")

    def concerned_objects(self) -> Iterable[UUID | None]:
        """Ids of the larger objects whose live feeds show this object's events (gig, project)."""
        return ()

    def record(
        self,
        verb: str,
        *,
        by: Actor,
        at: datetime,
        data: Mapping[str, Any] | None = None,
        to: Iterable[UUID] | None = None,
    ) -> None:
        """Records `<subject>.<verb>`; `data` is what readers need besides the ids, as JSON values.

        A verb with a dot is the whole name, for facts that are known under another subject (member.invited).
        `to` names who may learn of it where that is not all organizations the object concerns.
        """
        organizations = tuple(dict.fromkeys(self.concerned_organizations() if to is None else to))
        objects = [one for one in self.concerned_objects() if one is not None]
        topics = tuple(dict.fromkeys([self.id, *objects, *organizations]))
        event = Event(
            type=verb if "." in verb else f"{self.SUBJECT}.{verb}",
            at=at,
            by=by,
            organization_ids=organizations,
            topics=topics,
            data=data or {},
        )
        self.__dict__.setdefault("_events", []).append(event)

    def take_events(self) -> list[Event]:
        events: list[Event] = self.__dict__.pop("_events", [])
        return events

    def take_status_changes(self) -> list[StatusChange]:
        changes: list[StatusChange] = self.__dict__.pop("_status_changes", [])
        return changes
