"""The planner alone, over a toy schema and a real PostgreSQL: texts, levels, pages, visibility, fallbacks."""

import pytest

from tests.planner.library import ADA, BOB, EVE, Library
from tests.planner.toy import Reader

AUTHOR = "query($id: String!) { author(id: $id) { name id born } }"


async def test_an_object_is_one_statement_whose_text_the_database_has_made(library: Library) -> None:
    found = await library.answer(AUTHOR, Reader(EVE), id=str(ADA))
    assert found is not None
    expected = f'{{"author":{{"name":"Ada \\"A\\" \u2028","id":"author-{ADA.hex}","born":1815}}}}'
    assert (found.body.decode(), found.statements) == (expected, 1)


async def test_an_unknown_object_is_null(library: Library) -> None:
    assert await library.data(AUTHOR, id=str(EVE)) == {"author": None}


async def test_rows_that_the_viewer_may_not_see_are_in_no_answer(library: Library) -> None:
    query = "{ books { totalCount nodes { position author { books { position } shelf { totalCount } } } } }"
    seen = await library.data(query, Reader(EVE))
    mine = {"books": [{"position": 1}, {"position": 3}], "shelf": {"totalCount": 2}}
    assert seen == {"books": {"totalCount": 2, "nodes": [{"position": one, "author": mine} for one in (1, 3)]}}
    assert (await library.data(query, Reader(EVE, is_editor=True)))["books"]["totalCount"] == 4


async def test_one_compiled_statement_serves_different_viewers_with_their_own_values(library: Library) -> None:
    query = "{ books { nodes { position } } }"
    for owner, positions in ((EVE, [1, 3]), (BOB, [2, 4]), (ADA, [])):
        seen = await library.data(query, Reader(owner))
        assert [one["position"] for one in seen["books"]["nodes"]] == positions


async def test_what_sql_can_write_is_one_statement_however_deep(library: Library) -> None:
    query = "query($n: Int) { books(first: $n) { nodes { title author { name books { title } } } } }"
    for size in (1, 2, 100):
        found = await library.answer(query, Reader(EVE, is_editor=True), n=size)
        assert found is not None
        assert found.statements == 1


async def test_what_python_makes_parts_a_tree_into_levels_of_a_statement_each(library: Library) -> None:
    query = "query($n: Int) { books(first: $n) { nodes { author { name books { shout } shelf { totalCount } } } } }"
    for size in (1, 2, 100):
        found = await library.answer(query, Reader(EVE, is_editor=True), n=size)
        assert found is not None
        assert found.statements == 4


async def test_lists_within_the_text_of_an_object_keep_their_order_and_may_be_empty(library: Library) -> None:
    found = await library.data("{ books { nodes { author { books { position } } } } }", Reader(EVE, is_editor=True))
    assert [one["author"]["books"] for one in found["books"]["nodes"]] == [
        *[[{"position": 1}, {"position": 2}, {"position": 3}]] * 3,
        [{"position": 4}],
    ]
    query = "query($id: String!) { author(id: $id) { books { title } } }"
    assert await library.data(query, Reader(ADA), id=str(BOB)) == {"author": {"books": []}}


async def test_each_parent_has_a_page_of_its_own_and_cursors_go_on(library: Library) -> None:
    page = "nodes { position } pageInfo { hasNextPage endCursor }"
    query = f"query($after: String) {{ books(first: 3, after: $after) {{ {page} }} }}"
    first = (await library.data(query))["books"]
    rest = (await library.data(query, after=first["pageInfo"]["endCursor"]))["books"]
    assert [one["position"] for one in first["nodes"] + rest["nodes"]] == [1, 2, 3, 4]
    nested = await library.data("{ books { nodes { author { shelf(last: 1) { nodes { position } } } } } }")
    lasts = [one["author"]["shelf"]["nodes"] for one in nested["books"]["nodes"]]
    assert lasts == [[{"position": 3}]] * 3 + [[{"position": 4}]]


async def test_aliases_fragments_and_switches_keep_the_order_of_the_document(library: Library) -> None:
    query = """query($id: String!, $long: Boolean!) {
      b: author(id: $id) { __typename ...Names kin: books @include(if: $long) { shout t: title } }
    }
    fragment Names on Author { called: name @skip(if: $long) name }"""
    short = await library.answer(query, Reader(EVE), id=str(BOB), long=False)
    assert short is not None
    assert short.body == b'{"b":{"__typename":"Author","called":"Bob","name":"Bob"}}'
    long = await library.answer(query, Reader(BOB), id=str(BOB), long=True)
    assert long is not None
    assert long.body == b'{"b":{"__typename":"Author","name":"Bob","kin":[{"shout":"FOUR","t":"Four"}]}}'


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ('{ books(after: "nonsense") { totalCount } }', "cursor"),
        ("{ __schema { queryType { name } } }", "introspection"),
        ("{ books(first: 101) { totalCount } }", "error: BadPage"),
        ("query($id: String!) { author(id: $id) { name } }", "variables"),
    ],
)
async def test_what_cannot_be_planned_is_left_to_the_executor_and_counted(
    library: Library, query: str, reason: str
) -> None:
    assert await library.answer(query, Reader(EVE)) is None
    assert library.planner.fallbacks == {reason: 1}


async def test_a_required_object_that_is_missing_leaves_the_whole_operation_to_the_executor(library: Library) -> None:
    await library.driver.execute("DELETE FROM authors")
    assert await library.answer("{ books { nodes { author { name } } } }", Reader(EVE)) is None
    assert library.planner.fallbacks == {"null": 1}
