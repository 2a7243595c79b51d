"""What is wrong with operations is said at the line it is about, all at once."""

from pathlib import Path

import pytest
from graphql import build_schema

from clients.codegen.problems import OperationProblems
from clients.codegen.reading import read_api
from tests.clients.toys import SDL, write


def problems(folder: Path, **files: str) -> str:
    write(folder, **files)
    with pytest.raises(OperationProblems) as raised:
        read_api(build_schema(SDL), folder, "ops")
    return str(raised.value)


def test_a_field_that_does_not_exist_is_shown_in_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, toys="query Get {\n  thing(id: 1) { title }\n}") == (
        "ops/toys.graphql:2:18: Cannot query field 'title' on type 'Thing'.\n"
        "  2 |   thing(id: 1) { title }\n"
        "                       ^"
    )


def test_all_problems_of_all_files_are_reported(tmp_path: Path) -> None:
    found = problems(tmp_path, a="query A { thing(id: 1) { x } }", b="query B { nothing }")
    assert [line.split(": ")[0] for line in found.splitlines() if line.startswith("ops")] == [
        "ops/a.graphql:1:26",
        "ops/b.graphql:1:11",
    ]


def test_what_is_no_graphql_is_shown_where_it_stops_being_some(tmp_path: Path) -> None:
    found = problems(tmp_path, toys="query Get {\n  thing(id: 1) {\n")
    assert found.startswith("ops/toys.graphql:3:1: Syntax Error: Expected Name, found <EOF>.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ thing(id: 1) { id } }", "name this operation: functions and types are called by its name"),
        (
            "query get_thing { thing(id: 1) { id } }",
            "a name like ListGigs is needed for this operation: letters and digits, a capital first",
        ),
        (
            "query Stage { thing(id: 1) { id } }",
            "this operation has the name of a type that is generated too; choose another",
        ),
        (
            "query Get { thing(id: 1) { ...Get } } fragment Get on Thing { id }",
            "this fragment has the name of the operation in ops/toys.graphql, line 1; choose another",
        ),
        (
            "query Get { node(id: 1) { ... on Thing { name } } }",
            "select __typename here: without it nobody can tell which type of Node an answer has",
        ),
        (
            "query Delete { thing(id: 1) { id } }",
            "Delete is a word that generated clients use themselves; choose another",
        ),
        (
            "query Get { thing(id: 1) { ...Client } } fragment Client on Thing { id }",
            "Client is a word that generated clients use themselves; choose another",
        ),
        ("type Thing { id: ID! }", "The 'Thing' definition is not executable."),
        (
            "query Get { thing(id: 1) { id } } query Get { node(id: 1) { id } }",
            "There can be only one operation named 'Get'.",
        ),
    ],
)
def test_what_cannot_be_written_says_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    assert f": {message}\n" in problems(tmp_path, toys=text)


def test_a_folder_without_operations_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(OperationProblems, match="put \\*\\.graphql files into this folder"):
        read_api(build_schema(SDL), tmp_path)
