"""No illegal move ever succeeds: every noun, every state, every action, every kind of caller, against its own table."""

import dataclasses
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM, Actor, ActorKind
from domain.ids import new_id
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission
from domain.refusals import RefusalCode, Refused
from domain.states import Move, Side, Stateful
from persistence.mapping import VERSIONED

NOUNS: list[Any] = sorted((kind for kind in VERSIONED if issubclass(kind, Stateful)), key=lambda kind: kind.__name__)
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NOTHING_IN_PARTICULAR = object()
BY_NAME = (Side.SYSTEM, Side.SELF, Side.SECOND_PERSON)
"""Sides that the object itself knows, whatever permission its table names."""
_PLAIN: dict[Any, Any] = {
    str: "x",
    int: 1,
    bool: False,
    Decimal: Decimal(1),
    datetime: AT,
    date: AT.date(),
    bytes: b"",
}


def some(annotation: Any) -> Any:
    """A value of that type, None or empty where it may be."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in args else some(args[0])
    if origin in (list, dict, tuple, set, frozenset):
        return origin()
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation))
    return new_id() if annotation is UUID else _PLAIN.get(annotation, NOTHING_IN_PARTICULAR)


def an_object(kind: Any, status: Enum) -> Any:
    """An object with the least that its class demands, in that state."""
    hints = typing.get_type_hints(kind)
    values = {field.name: some(hints[field.name]) for field in dataclasses.fields(kind) if field.init}
    made = kind(**values)
    made.status, made.version = status, 1
    return made


def states_of(kind: Any) -> list[Enum]:
    return list(typing.get_type_hints(kind)["status"])


def actions_of(kind: Any) -> list[str]:
    return list(dict.fromkeys(move.action for move in kind.MOVES))


def person(organization_id: UUID, permissions: frozenset[Permission]) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        user_id=new_id(),
        membership_id=new_id(),
        organization_id=organization_id,
        is_verified=True,
        permissions=permissions,
    )


def callers(subject: Any) -> st.SearchStrategy[Actor]:
    """Anybody: each side, staff and a stranger, in every role; and the system."""
    sides = [subject.organization_of(side) for side in (Side.CLIENT, Side.FREELANCER, Side.OWNER)]
    organizations = [new_id(), *(one for one in sides if one is not None)]
    rights = [*BY_ROLE.values(), *BY_STAFF_ROLE.values(), frozenset[Permission]()]
    return st.one_of(st.just(SYSTEM), st.builds(person, st.sampled_from(organizations), st.sampled_from(rights)))


def may(by: Actor, move: Move, subject: Any) -> bool:
    """The table's own words, read a second time: the system always; else the side with the permission."""
    if by is SYSTEM:
        return True
    if move.side is Side.SELF:
        return bool(subject.is_about(by))
    if move.side is Side.SECOND_PERSON:
        return bool(subject.is_second_person(by))
    if move.side is Side.SYSTEM or move.permission not in by.permissions:
        return False
    if move.side is Side.STAFF:
        return True
    sides = [Side.CLIENT, Side.FREELANCER] if move.side is Side.EITHER else [move.side]
    return by.organization_id in {subject.organization_of(side) for side in sides}


def attempt(subject: Any, action: str, by: Actor) -> Refused | None:
    """Takes the action, or checks it where it moves nothing; the refusal, if that is the answer."""
    here = [move for move in subject.MOVES if move.action == action and subject.status in move.sources]
    if any(move.target is None for move in here) or not here:
        return refusal_of(subject.check, action, by=by)
    return refusal_of(subject.move_to, action, by=by, at=AT)


def refusal_of(verb: Any, *arguments: Any, **more: Any) -> Refused | None:
    try:
        verb(*arguments, **more)
    except Refused as refusal:
        return refusal
    return None


def test_every_noun_with_a_life_is_tried() -> None:
    assert {kind.__name__ for kind in NOUNS} >= {
        "Gig",
        "Proposal",
        "Project",
        "Milestone",
        "Task",
        "Invoice",
        "Payment",
    }


@pytest.mark.parametrize("kind", [kind for kind in NOUNS if kind.MOVES], ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_no_illegal_move_ever_succeeds(kind: Any, data: st.DataObject) -> None:
    subject = an_object(kind, data.draw(st.sampled_from(states_of(kind))))
    action = data.draw(st.sampled_from(actions_of(kind)))
    by = data.draw(callers(subject))
    before = subject.status
    rows = [move for move in kind.MOVES if move.action == action]
    legal = [move for move in rows if may(by, move, subject) and before in move.sources]
    refusal = attempt(subject, action, by)
    if refusal is None:
        assert legal, f"{action} went through in {before.name} for {by}"
        assert subject.status in {move.target or before for move in legal}
        return
    assert subject.status is before
    assert subject.take_status_changes() == []
    if refusal.code is RefusalCode.WRONG_STATE and not legal:
        assert refusal.refusal.from_state == subject.status_for(by).name


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_available_actions_tell_exactly_what_would_be_refused(kind: Any, data: st.DataObject) -> None:
    subject = an_object(kind, data.draw(st.sampled_from(states_of(kind))))
    by = data.draw(callers(subject))
    shown = list(subject.available_actions(by))
    assert [one.action for one in shown] == list(
        dict.fromkeys(move.action for move in kind.MOVES if move.side is not Side.SYSTEM)
    )
    for one in shown:
        refusal = refusal_of(subject.check, one.action, by=by)
        assert (one.allowed, one.reason) == (refusal is None, refusal and refusal.code)


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_a_state_table_names_states_of_its_own_noun_and_each_row_once(kind: Any) -> None:
    states = set(states_of(kind))
    for move in kind.MOVES:
        assert set(move.sources) <= states
        assert move.target is None or move.target in states
        assert (move.permission is None) == (move.side in BY_NAME), move.action
    rows = [(move.action, move.side, move.permission, source) for move in kind.MOVES for source in move.sources]
    assert len(rows) == len(set(rows))
