"""State machines as data: each noun's MOVES say which action leads from where to where, and who may take it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.events import Recorder, StatusChange
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, conflict, forbidden, wrong_state


class Side(Enum):
    """Which party of an object may take an action."""

    CLIENT = "CLIENT"
    FREELANCER = "FREELANCER"
    EITHER = "EITHER"
    OWNER = "OWNER"
    SELF = "SELF"
    SECOND_PERSON = "SECOND_PERSON"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a state table. `action` is the API's mutation or, for the system, a name for the history.

    Without a target the object stays where it is: such a row only says when, and by whom, an action may be taken.
    """

    action: str
    sources: tuple[Enum, ...]
    target: Enum | None
    side: Side
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """Whether the viewer may take an action now and, if not, the code of the refusal they would get."""

    action: str
    allowed: bool
    reason: RefusalCode | None


@dataclass(eq=False, kw_only=True)
class Versioned:
    """What the unit of work keeps of every changing object: `version` counts its committed changes from 1."""

    version: int = field(init=False)
    created_at: datetime = field(init=False)
    updated_at: datetime = field(init=False)

    def require_version(self, expected: int | None) -> None:
        """Refuses CONFLICT when it has changed since the caller read it; None: they do not mind."""
        if expected not in (None, self.version):
            message = "It has changed since you read it. Read it again before you decide."
            raise conflict(message, "expectedVersion", current_version=self.version)


@dataclass(eq=False, kw_only=True)
class Stateful(Recorder, Versioned):
    """An object with a status that only its own MOVES can change."""

    MOVES: ClassVar[tuple[Move, ...]]

    status: Any = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        """The organization on that side of the object; None where the side does not exist."""
        raise TypeError(f"{type(self).__name__} does not say who its sides are")

    def is_about(self, by: Actor) -> bool:
        """Whether the caller is the person the object is about, for actions of the side SELF."""
        return False

    def is_second_person(self, by: Actor) -> bool:
        """Whether the caller may decide what another has asked for, for actions of the side SECOND_PERSON."""
        return False

    def status_for(self, viewer: Actor) -> Any:
        """The status as a viewer may know it: a state can be a note of one side that the other must not learn of."""
        return self.status

    def blocked(self, action: str) -> Refused | None:
        """Why the object itself, whatever its status, does not allow an action now; for example a freeze."""
        return None

    def move_to(self, action: str, *, by: Actor, at: datetime) -> None:
        """Takes an action: checks who asks, then the state, then writes the new one. The only writer of `status`."""
        move = self._checked(action, by)
        if move.target is None:
            raise LookupError(f"{action} does not change the status; call check()")
        self._enter(move.action, move.target, by, at)

    def born(self, status: Enum, *, action: str, by: Actor, at: datetime) -> None:
        """Sets the first status of a new object and opens its history."""
        self._enter(action, status, by, at)

    def check(self, action: str, *, by: Actor) -> None:
        """Refuses when the action cannot be taken, exactly as `move_to` would, without moving."""
        self._checked(action, by)

    def available_actions(self, by: Actor) -> Iterator[AvailableAction]:
        """What people could do with this object, in the order of the state table, for this viewer at this moment."""
        for action in dict.fromkeys(move.action for move in self.MOVES if move.side is not Side.SYSTEM):
            try:
                self._checked(action, by)
            except Refused as refusal:
                yield AvailableAction(action, False, refusal.code)
            else:
                yield AvailableAction(action, True, None)

    def _checked(self, action: str, by: Actor) -> Move:
        candidates = [move for move in self.MOVES if move.action == action]
        if not candidates:
            raise LookupError(f"{type(self).__name__} has no action {action}")
        allowed = [move for move in candidates if self._may(by, move)]
        if not allowed:
            raise forbidden(f"{action} is not open to your side or your role.")
        for move in allowed:
            if self.status in move.sources:
                if refusal := self.blocked(action):
                    raise refusal
                return move
        sources = [state.name for move in allowed for state in move.sources]
        known = self.status_for(by).name
        raise wrong_state(
            f"{action} needs the {self.SUBJECT} to be {' or '.join(sources)}; it is {known}.",
            from_state=known,
            allowed=sources,
        )

    def _may(self, by: Actor, move: Move) -> bool:
        if by.kind is ActorKind.SYSTEM:
            return True
        if move.side is Side.SELF:
            return self.is_about(by)
        if move.side is Side.SECOND_PERSON:
            return self.is_second_person(by)
        if move.side is Side.SYSTEM or move.permission is None or not by.may(move.permission):
            return False
        if move.side is Side.STAFF:
            return True
        sides = (Side.CLIENT, Side.FREELANCER) if move.side is Side.EITHER else (move.side,)
        return any(by.acts_for(self.organization_of(side)) for side in sides)

    def _enter(self, action: str, status: Enum, by: Actor, at: datetime) -> None:
        was = getattr(self, "status", None)
        self.status = status
        change = StatusChange(action=action, was=was.name if was else None, now=status.name, at=at, by=by)
        self.__dict__.setdefault("_status_changes", []).append(change)
