"""Edges below an object are subqueries of its statement: what is missing, empty, hidden, repeated, or leads back."""

import pytest

from tests.planner.library import ADA, BOB, EVE, Library, no_session
from tests.planner.toy import Reader

EDITOR = Reader(EVE, is_editor=True)


async def statements(library: Library, query: str, viewer: Reader = EDITOR) -> int:
    found = await library.answer(query, viewer)
    assert found is not None, library.planner.fallbacks
    return found.statements


async def nodes(library: Library, below: str, viewer: Reader = EDITOR) -> list[dict[str, object]]:
    """The books, which is one statement with all that SQL can write below them."""
    query = f"{{ books {{ nodes {{ {below} }} }} }}"
    assert await statements(library, query, viewer) == 1
    found: list[dict[str, object]] = (await library.data(query, viewer))["books"]["nodes"]
    return found


async def of(library: Library, author: object, below: str, viewer: Reader = EDITOR) -> object:
    return (await library.data(f'{{ author(id: "{author}") {{ {below} }} }}', viewer))["author"]


async def test_nobody_at_the_end_of_an_edge_is_null(library: Library) -> None:
    found = await nodes(library, "editor { name }")
    assert [one["editor"] for one in found] == [None, {"name": "Bob"}, None, {"name": "Bob"}]


async def test_something_required_that_is_missing_below_somebody_is_no_null(library: Library) -> None:
    query = "{ books { nodes { editor { debut { title } } } } }"
    # Bob edits, but has no book at the first position; that Eve is no author at all is no failure.
    assert await library.answer(query, EDITOR) is None
    assert library.planner.fallbacks == {"null": 1}
    await library.driver.execute("UPDATE books SET position = 1 WHERE author_id = $1", BOB)
    found = (await library.data(query))["books"]["nodes"]
    debut = {"debut": {"title": "Four"}}
    assert sorted(str(one["editor"]) for one in found) == sorted(map(str, (None, debut, None, debut)))


@pytest.mark.parametrize("below", ["books { author { debut { title } } }", "later { author { debut { title } } }"])
async def test_one_failure_within_a_list_leaves_everything_to_the_executor(library: Library, below: str) -> None:
    query = f'{{ author(id: "{BOB}") {{ name {below} }} }}'
    assert await library.answer(query, EDITOR) is None
    assert library.planner.fallbacks == {"null": 1}


async def test_an_empty_list_below_which_something_is_required_is_empty(library: Library) -> None:
    below = "later { author { debut { title } } }"
    await library.driver.execute("UPDATE books SET position = 1 WHERE author_id = $1", BOB)
    assert await of(library, BOB, below) == {"later": []}


async def test_what_the_viewer_may_not_see_is_missing_at_any_depth(library: Library) -> None:
    below = "author { books { position author { later { position } } } }"
    inside = [{"position": one, "author": {"later": [{"position": 3}]}} for one in (1, 3)]
    assert await nodes(library, below, Reader(EVE)) == [{"author": {"books": inside}}] * 2
    # Ada's first book is Eve's: to Bob it is missing, although it is required.
    assert await library.answer(f'{{ author(id: "{ADA}") {{ debut {{ title }} }} }}', Reader(BOB)) is None
    assert library.planner.fallbacks == {"null": 1}


async def test_a_condition_of_an_edge_holds_for_it_alone(library: Library) -> None:
    below = "later { position } debut { position } books { position } again: later { title }"
    assert await of(library, ADA, below) == {
        "later": [{"position": 2}, {"position": 3}],
        "debut": {"position": 1},
        "books": [{"position": 1}, {"position": 2}, {"position": 3}],
        "again": [{"title": None}, {"title": "Th\\ree"}],
    }


async def test_lists_are_in_the_order_of_their_edge_however_rows_are_stored(library: Library) -> None:
    await library.driver.execute("UPDATE books SET position = 10 - position")
    in_text = await of(library, ADA, "books { position } later { position }")
    positions = [{"position": one} for one in (7, 8, 9)]
    assert in_text == {"books": positions, "later": positions}
    as_level = await of(library, ADA, "books { position shout } later { position shout }")
    shown = [{"position": 7, "shout": "TH\\REE"}, {"position": 8, "shout": None}, {"position": 9, "shout": "ONE"}]
    assert as_level == {"books": shown, "later": shown}


async def test_one_edge_under_two_names_is_two_selections(library: Library) -> None:
    found = await nodes(library, "a: author { name } b: author { born books { position } } a: author { id }")
    bob = {"name": "Bob", "id": f"author-{BOB.hex}"}
    assert found[3] == {"a": bob, "b": {"born": None, "books": [{"position": 4}]}}


async def test_an_edge_that_leads_back_and_forth_is_read_from_the_row_it_starts_at(library: Library) -> None:
    found = await nodes(library, "position author { name books { position author { name count later { position } } } }")
    later, ada = [{"position": 2}, {"position": 3}], 'Ada "A" \u2028'
    books = [{"position": one, "author": {"name": ada, "count": 3, "later": later}} for one in (1, 2, 3)]
    assert found[:3] == [{"position": one, "author": {"name": ada, "books": books}} for one in (1, 2, 3)]
    bob = {"name": "Bob", "count": 1, "later": [{"position": 4}]}
    assert found[3] == {"position": 4, "author": {"name": "Bob", "books": [{"position": 4, "author": bob}]}}


async def test_an_edge_to_the_same_kind_of_object_is_a_level_of_its_own(library: Library) -> None:
    await library.driver.execute(
        "UPDATE books SET sequel_id = next.id FROM books next WHERE next.position = books.position + 1"
    )
    query = "{ books(first: %d) { nodes { position sequel { author { name } sequel { position } } } } }"
    ada, bob = {"name": 'Ada "A" \u2028'}, {"name": "Bob"}
    assert (await library.data(query % 4))["books"]["nodes"] == [
        {"position": 1, "sequel": {"author": ada, "sequel": {"position": 3}}},
        {"position": 2, "sequel": {"author": ada, "sequel": {"position": 4}}},
        {"position": 3, "sequel": {"author": bob, "sequel": None}},
        {"position": 4, "sequel": None},
    ]
    assert [await statements(library, query % size) for size in (1, 4)] == [3, 3]


async def test_objects_of_which_nothing_is_left_to_show_are_empty_objects(library: Library) -> None:
    below = "author { ...Nothing } editor { ...Nothing books { title @skip(if: $no) } } shelf: author { name }"
    query = (
        f"query($no: Boolean!) {{ books(first: 2) {{ nodes {{ {below} }} }} }}"
        " fragment Nothing on Author { name @include(if: false) later @skip(if: $no) { title } }"
    )
    ada = {"name": 'Ada "A" \u2028'}
    assert (await library.data(query, no=True))["books"]["nodes"] == [
        {"author": {}, "editor": None, "shelf": ada},
        {"author": {}, "editor": {"books": [{}]}, "shelf": ada},
    ]
    assert (await library.data(query, no=False))["books"]["nodes"][1]["editor"] == {
        "later": [{"title": "Four"}],
        "books": [{"title": "Four"}],
    }
    assert await library.data("{ books(first: 2) { nodes { title @skip(if: true) } } }") == {
        "books": {"nodes": [{}, {}]}
    }


async def test_fragments_on_an_interface_show_the_object_that_is_there(library: Library) -> None:
    fragment = "fragment Name on Named { __typename called: name ... on Author { born } }"
    query = (
        f'{{ author(id: "{ADA}") {{ ...Name debut {{ author {{ ...Name ... on Named {{ name }} }} }} }} }} {fragment}'
    )
    shown = {"__typename": "Author", "called": 'Ada "A" \u2028', "born": 1815}
    assert await library.data(query) == {"author": shown | {"debut": {"author": shown | {"name": 'Ada "A" \u2028'}}}}


async def test_a_derived_figure_is_that_of_its_own_object(library: Library) -> None:
    found = await nodes(library, "author { count twice: count } editor { count }")
    ada, bob = {"count": 3, "twice": 3}, {"count": 1, "twice": 1}
    assert [one["author"] for one in found] == [ada, ada, ada, bob]
    assert [one["editor"] for one in found] == [None, {"count": 1}, None, {"count": 1}]


NEXT = "pageInfo { hasNextPage hasPreviousPage }"


@pytest.mark.parametrize(
    ("page", "below", "rows"),
    [
        ("first: 3", "nodes { position }", 3),
        ("first: 3", f"nodes {{ position }} {NEXT}", 4),
        ("first: 3", f"{NEXT} at: pageInfo {{ endCursor }}", 4),
        ("first: 3", f"...Page }} }} fragment Page on BookPage {{ nodes {{ position }} more: {NEXT}", 4),
        ("last: 2", "nodes { position }", 2),
        ("first: 3", "totalCount", 1),
    ],
)
async def test_a_row_more_is_read_only_where_somebody_asks_for_more(
    library: Library, page: str, below: str, rows: int
) -> None:
    braces = "" if "fragment" in below else " }"
    plan = library.planner.admit(f"{{ books({page}) {{ {below} }}{braces}")
    found = await library.planner.answer(plan, {}, EDITOR, library.fetch, no_session, explain=True)
    assert found is not None
    assert [step.rows for step in found.steps] == [rows]


@pytest.mark.parametrize(
    ("page", "positions", "has_next", "has_previous"),
    [
        ("first: 3", [1, 2, 3], True, False),
        ("first: 4", [1, 2, 3, 4], False, False),
        ("last: 3", [2, 3, 4], False, True),
        ("last: 4", [1, 2, 3, 4], False, False),
    ],
)
async def test_the_row_beyond_a_page_is_never_shown(
    library: Library, page: str, positions: list[int], has_next: bool, has_previous: bool
) -> None:
    ends = "ends: pageInfo { startCursor endCursor }"
    found = (await library.data(f"{{ books({page}) {{ nodes {{ position }} {NEXT} {ends} }} }}"))["books"]
    assert [one["position"] for one in found["nodes"]] == positions
    assert found["pageInfo"] == {"hasNextPage": has_next, "hasPreviousPage": has_previous}
    # The end is that of the page, not the row beyond it: what follows it is the rest of the list.
    query = f'{{ books(after: "{found["ends"]["endCursor"]}") {{ totalCount nodes {{ position }} }} }}'
    rest = (await library.data(query))["books"]
    assert [one["position"] for one in rest["nodes"]] == list(range(positions[-1] + 1, 5))
    assert rest["totalCount"] == 4


async def test_each_parent_knows_whether_its_own_page_goes_on(library: Library) -> None:
    query = "{ books { nodes { author { shelf(first: 1) { nodes { position } pageInfo { hasNextPage } } } } } }"
    pages = [one["author"]["shelf"] for one in (await library.data(query))["books"]["nodes"]]
    assert [(one["nodes"], one["pageInfo"]["hasNextPage"]) for one in pages] == [
        *[([{"position": 1}], True)] * 3,
        ([{"position": 4}], False),
    ]
