"""What verbs return and events tell: a verb runs once, and what it gives is shown to whoever the caller is by then."""

import json

import pytest

from planner.running import Outcomes
from tests.planner.library import EVE, Library, no_session
from tests.planner.toy import Asking, Reader

BOOK = "title position author { name books { position } }"
TWICE = f'mutation {{ __typename a: retitle(title: "A") {{ {BOOK} }} b: retitle(title: "B") {{ shout }} }}'


async def test_verbs_run_in_turn_and_only_what_lies_below_costs_a_statement(library: Library) -> None:
    asking = Asking(Reader(EVE))
    found = await library.change(TWICE, asking, {})
    assert found is not None
    # Whoever retitles a book has become an editor, who sees all books of its author.
    author = {"name": 'Ada "A" \u2028', "books": [{"position": 1}, {"position": 2}, {"position": 3}]}
    shown = {"__typename": "Mutation", "a": {"title": "A", "position": 9, "author": author}, "b": {"shout": "B"}}
    assert json.loads(found.body) == shown
    assert asking.done == ["A", "B"]
    assert found.statements <= 2


async def test_however_verbs_have_ended_is_kept_for_whoever_answers_instead(library: Library) -> None:
    asking, outcomes = Asking(Reader(EVE)), Outcomes()
    query = (
        'mutation { a: retitle(title: "A") { title } b: retitle(title: "") { title } c: retitle(title: "C") { title } }'
    )
    assert await library.change(query, asking, outcomes) is None
    assert asking.done == ["A", ""]
    assert outcomes["a"].result().title == "A"
    with pytest.raises(ValueError, match="no title"):
        outcomes["b"].result()
    assert list(outcomes) == ["a", "b"]
    assert library.planner.fallbacks == {"error: ValueError": 1}


async def test_a_verb_whose_payload_cannot_be_shown_is_kept_as_well(library: Library) -> None:
    asking, outcomes = Asking(Reader(EVE)), Outcomes()
    query = 'mutation { retitle(title: "nobody\'s") { author { name } } }'
    assert await library.change(query, asking, outcomes) is None
    assert (asking.done, outcomes["retitle"].result().title) == (["nobody's"], "nobody's")
    assert library.planner.fallbacks == {"null": 1}


async def test_what_is_not_understood_is_found_before_any_verb_runs(library: Library) -> None:
    asking = Asking(Reader(EVE))
    for query, outcomes in ((TWICE, None), ('mutation { retitle(title: "A") { title } __schema { description } }', {})):
        assert await library.change(query, asking, outcomes) is None
    assert asking.done == []
    assert library.planner.fallbacks == {"mutation": 1, "introspection": 1}


async def test_each_event_is_shown_by_itself_with_the_viewers_rights(library: Library) -> None:
    plan = library.planner.admit(f"subscription {{ news: retitled {{ {BOOK} }} }}")
    stream = await library.planner.subscribe(plan, {}, Asking(Reader(EVE)), library.fetch, no_session)
    assert stream is not None
    told = [(event, await library.planner.message(stream, event)) async for event in stream.events]
    (_, first), (second, missing) = told
    author = {"name": 'Ada "A" \u2028', "books": [{"position": 1}, {"position": 3}]}
    assert first is not None
    assert json.loads(first.body) == {"news": {"title": "One", "position": 9, "author": author}}
    assert missing is None
    written = await stream.executed(second)
    assert written.data == {"news": None}


async def test_a_subscription_is_not_answered_as_a_query(library: Library) -> None:
    assert await library.answer("subscription { retitled { title } }", Reader(EVE)) is None
    assert library.planner.fallbacks == {"subscription": 1}
