"""A change of the schema: what it breaks, for whom, and what is written down about it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse

from clients.coordinates import members
from clients.evolution.changes import Severity, changes, coordinate_in
from clients.evolution.usage import BadUsage, Usage, usage_of, used_by
from clients.evolution.verdict import Step, Verdict, changelog_entry, deprecation_lines, judge, next_version

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "evolution"
BEFORE = (FOLDER / "before.graphql").read_text()
EDITS: list[dict[str, Any]] = json.loads((FOLDER / "edits.json").read_text())
INSPECTOR: dict[str, str] = json.loads((FOLDER / "inspector.json").read_text())


def edited(edit: dict[str, Any], text: str = BEFORE) -> str:
    assert edit["find"] in text, f"{edit['find']!r} is not in before.graphql"
    after = text.replace(edit["find"], edit["put"], 1)
    return edited(edit["also"], after) if "also" in edit else after


def before() -> GraphQLSchema:
    return build_schema(BEFORE)


def after(name: str) -> GraphQLSchema:
    return build_schema(edited(next(edit for edit in EDITS if edit["name"] == name)))


def verdict_on(name: str, usage: Usage | None = None) -> Verdict:
    return judge(changes(before(), after(name)), usage or usage_of(before(), FOLDER))


def test_the_edits_are_at_least_twenty_and_all_are_judged_by_the_inspector() -> None:
    assert len(EDITS) >= 20
    assert [edit["name"] for edit in EDITS] == list(INSPECTOR)


@pytest.mark.parametrize("name", INSPECTOR)
def test_our_verdict_is_that_of_graphql_inspector(name: str) -> None:
    worst = next(one for one in Severity if one in {change.severity for change in verdict_on(name).changes})
    assert worst.value == INSPECTOR[name]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit["name"])
def test_every_change_names_a_coordinate_of_one_of_the_two_schemas(edit: dict[str, Any]) -> None:
    after = build_schema(edited(edit))
    known = {one.coordinate for schema in (before(), after) for one in members(schema)} | {"@cost", "@price"}
    assert [one.coordinate for one in changes(before(), after) if one.coordinate not in known] == []


@pytest.mark.parametrize(
    ("description", "coordinate"),
    [
        ("Argument Query.gig(id:) has changed type from ID! to String!.", "Query.gig(id:)"),
        ("Query.gigs(first:) has changed defaultValue from 20 to 50.", "Query.gigs(first:)"),
        ("A required field GigFilter.city was added.", "GigFilter.city"),
        ("Agency was added to union type Party.", "Party"),
        ("Node added to interfaces implemented by Agency.", "Agency"),
        ("Agency changed from an Object type to a Union type.", "Agency"),
        ("Standard scalar Float was removed because it is not referenced anymore.", "Float"),
        ("Argument @cost(weight:) was removed.", "@cost(weight:)"),
        ("OBJECT was removed from @cost.", "@cost"),
        ('Description of Gig has changed to "Not a Task.title".', "Gig"),
    ],
)
def test_the_coordinate_is_read_from_what_the_library_says(description: str, coordinate: str) -> None:
    assert coordinate_in(description) == coordinate


def test_a_breaking_change_breaks_whoever_uses_it() -> None:
    verdict = verdict_on("a field is removed")
    assert [one.coordinate for one in verdict.broken] == ["Gig.title"]
    assert list(verdict.lines()) == ["BREAKS     Field Gig.title was removed. (used by ListGigs)"]


def test_a_breaking_change_of_what_nobody_uses_breaks_nobody_and_is_a_major_version_all_the_same() -> None:
    verdict = verdict_on("a type of a field changes")
    assert (verdict.broken, verdict.step) == ([], Step.MAJOR)
    assert list(verdict.lines()) == ["breaking   Field Gig.seats changed type from Int to String. (nobody uses it)"]


def test_counted_requests_are_use_as_well() -> None:
    usage = usage_of(before(), FOLDER)
    usage.requests["Gig.seats"] = 4311
    verdict = verdict_on("a type of a field changes", usage)
    assert [one.coordinate for one in verdict.broken] == ["Gig.seats"]
    assert "(4,311 requests)" in next(verdict.lines())


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("a required field joins an input", ["GigFilter.city"]),
        ("a field leaves an input", ["GigFilter.client"]),
        ("an enum value is removed", ["GigStatus.CLOSED"]),
        ("an argument is removed", []),
        ("a required argument is added", []),
        ("an argument becomes required", []),
        ("a member leaves a union", ["Party"]),
        ("an interface is dropped", ["Proposal"]),
    ],
)
def test_what_is_new_and_required_meets_everybody_around_it(name: str, used: list[str]) -> None:
    assert [one.coordinate for one in verdict_on(name).broken] == used


def test_a_field_of_an_interface_uses_the_field_of_each_type_behind_it() -> None:
    schema = build_schema("interface Node { id: ID! } type A implements Node { id: ID! } type Query { node: Node }")
    used = used_by(schema, parse("{ node { id } }"))
    assert used >= {"Node.id", "A.id", "Query.node"}


def test_operations_for_a_newer_schema_count_for_what_the_older_one_has() -> None:
    used = used_by(before(), parse("query($new: Later) { gig(id: 1, other: $new) { title summary { text } } }"))
    assert {one for one in used if "." in one} == {"Query.gig", "Query.gig(id:)", "Gig.title"}


@pytest.mark.parametrize("text", ["[]", '{"Gig.title": "many"}', '{"Gig.title": -1}', "nothing"])
def test_a_usage_file_that_is_none_says_what_is_expected(tmp_path: Path, text: str) -> None:
    file = tmp_path / "usage.json"
    file.write_text(text)
    with pytest.raises(BadUsage, match=r"usage\.json"):
        usage_of(before(), FOLDER, file)


def test_the_version_follows_what_has_changed() -> None:
    steps = {name: verdict_on(name).step for name in INSPECTOR}
    assert steps["a field is removed"] is Step.MAJOR
    assert steps["a field is added"] is steps["a field is deprecated"] is steps["an enum value is added"] is Step.MINOR
    assert steps["a description changes"] is Step.PATCH
    assert judge([], Usage()).step is Step.NONE
    assert [next_version("1.4.2", step) for step in Step] == ["1.4.2", "1.4.3", "1.5.0", "2.0.0"]


def test_the_changelog_says_first_what_breaks() -> None:
    new = BEFORE.replace("  title: String!\n", "  name: String!\n").replace("A thing one can order.", "Offered work.")
    entry = changelog_entry(judge(changes(before(), build_schema(new)), Usage()), "1.4.2")
    assert entry == (
        "## 2.0.0\n\n### Breaking\n\n- Field Gig.title was removed.\n\n"
        "### Added\n\n- Field Gig.name was added.\n\n### Described\n\n- Gig is described in other words.\n"
    )


def test_a_deprecation_is_listed_with_who_still_uses_it() -> None:
    schema, usage = before(), Usage()
    usage.requests["Gig.legacy"] = 7
    deprecated = [one for one in members(schema) if one.deprecation is not None]
    assert list(deprecation_lines(deprecated, usage)) == ["Gig.legacy: Use subtitle. (7 requests)"]


def test_an_end_of_a_deprecation_is_a_change() -> None:
    new = build_schema(re.sub(r" @deprecated\(.*\)", "", BEFORE))
    assert [one.text for one in changes(before(), new)] == ["Gig.legacy is no longer deprecated."]


def schema_command(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "server", "schema", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_command_fails_when_a_used_coordinate_breaks_and_only_then(tmp_path: Path) -> None:
    new, old = tmp_path / "new.graphql", str(FOLDER / "before.graphql")
    operations = ("--operations", str(FOLDER))
    new.write_text(edited(EDITS[0]))
    assert schema_command("check", old, str(new), *operations)[0] == 1
    new.write_text(edited(EDITS[2]))
    code, said = schema_command("check", old, str(new), *operations)
    assert code == 0
    assert said.endswith("\nChanges: 1; none breaks what is used. The packages' next version: major.\n")


def test_the_command_writes_the_changelog_from_the_version_of_the_packages(tmp_path: Path) -> None:
    new = tmp_path / "new.graphql"
    new.write_text(BEFORE)
    version = json.loads((ROOT / "clients" / "typescript" / "package.json").read_text())["version"]
    code, said = schema_command("changelog", str(FOLDER / "before.graphql"), str(new))
    assert (code, said) == (0, f"## {version}\n\nThe schema is the same.\n")


def test_the_command_says_which_file_it_cannot_read() -> None:
    code, said = schema_command("check", "/nowhere.graphql")
    assert code == 2
    assert said == "/nowhere.graphql cannot be read: No such file or directory.\n"
