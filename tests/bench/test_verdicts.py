"""What the chaos run finds wrong: it would notice what is lost, twice, or out of order."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.feeds import Heard, Listener
from bench.hooks import Message, Receiver
from bench.kills import Kill, Kind, excused
from bench.traffic import Failure
from bench.verdicts import heard_wrong, hooks_wrong

EVENTS: list[Heard] = [("gig.published", "gig_1", 2), ("gig.paused", "gig_1", 3), ("gig.published", "gig_2", 2)]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def listening(heard: list[Heard], **counted: int) -> Listener:
    return Listener("", "", "", heard=heard, **counted)


@pytest.mark.parametrize(
    ("listener", "wrong"),
    [
        (listening(EVENTS), []),
        (listening(EVENTS[:2]), ["missed 1 of 3 events"]),
        (listening([*EVENTS, EVENTS[0]]), ["heard twice 1 of 3 events"]),
        (listening([EVENTS[1], EVENTS[0], EVENTS[2]]), ["heard events in another order"]),
        (listening(EVENTS, gaps=1), ["told of a gap 1 of 3 events"]),
        (listening(EVENTS, partial=1), ["told in part of 1 of 3 events"]),
    ],
)
def test_a_subscriber_has_heard_each_event_once_whole_and_in_order(listener: Listener, wrong: list[str]) -> None:
    assert heard_wrong(listener, EVENTS) == wrong


def line(id_: str, *, minutes: int = 0) -> dict[str, Any]:
    return {"id": id_, "subject_id": "gig_1", "first_tried_at": NOW + timedelta(minutes=minutes)}


def received(**moments: tuple[int, int | None]) -> Receiver:
    """When each was heard first, and when first taken."""
    told = {id_: Message(id_, "", "gig_1", 1, heard, 1, taken) for id_, (heard, taken) in moments.items()}
    return Receiver(random.Random(1), messages=told)


def test_a_webhook_waits_for_the_one_before_it_for_as_long_as_was_promised() -> None:
    overtaken = received(first=(1, 4), second=(2, 3))
    assert hooks_wrong(received(first=(1, 2), second=(3, 4)), [line("first"), line("second")]) == []
    assert hooks_wrong(overtaken, [line("first"), line("second", minutes=9)]) == [
        "a webhook that overtook another: second"
    ]
    assert hooks_wrong(overtaken, [line("first"), line("second", minutes=10)]) == []


def test_every_webhook_is_taken_once_at_least() -> None:
    lines = [line("first"), line("second")]
    assert hooks_wrong(received(first=(1, None)), lines) == [
        "a webhook that was never taken: first",
        "a webhook that was never taken: second",
    ]


def test_a_failure_is_laid_at_the_door_of_what_was_away_and_of_nothing_else() -> None:
    kills = [Kill(Kind.REPLICA, 10, 15), Kill(Kind.CONNECTIONS, 14, 14), Kill(Kind.BROKER, 30, 31)]
    during, after, calm, broker = (Failure(asked, asked + 1, "") for asked in (14.0, 16.5, 25.0, 30.0))
    assert excused([during, after, calm, broker], kills) == {Kind.REPLICA: [during, after], None: [calm, broker]}
