"""Operations are read into a model that says everything a writer needs."""

import hashlib
from pathlib import Path

from graphql import build_schema

from clients.codegen.model import IdempotencyPlace, Live, OperationKind, Outcome, TypeKind
from clients.codegen.reading import read_api
from server.clients import CLIENTS
from tests.clients.toys import read, read_one

PAGE = "nodes { id } pageInfo { hasNextPage endCursor }"


def test_an_operation_is_described_by_the_comment_above_it_and_grouped_by_its_file(tmp_path: Path) -> None:
    operation = read_one(
        tmp_path, "# Not this.\n\n# Shows a thing,\n# whole.\nquery Get($id: ID!) { thing(id: $id) { id } }"
    )
    assert operation.description == "Shows a thing, whole."
    assert operation.noun == "toys"
    assert (operation.source.file, operation.source.line) == ("ops/toys.graphql", 5)


def test_without_a_comment_its_first_field_describes_it(tmp_path: Path) -> None:
    assert read_one(tmp_path, "query Get($id: ID!) { thing(id: $id) { id } }").description == "Finds one."


def test_variables_have_the_description_of_the_argument_they_are_given_to(tmp_path: Path) -> None:
    (variable,) = read_one(tmp_path, "query Get($id: ID!) { thing(id: $id) { id } }").variables
    assert (variable.name, variable.description, variable.required) == ("id", "Its id.", True)


def test_a_variable_with_a_default_is_not_required(tmp_path: Path) -> None:
    (variable,) = read_one(tmp_path, 'query Get($id: ID! = "x") { thing(id: $id) { id } }').variables
    assert (variable.required, variable.default) == (False, '"x"')


def test_the_text_is_the_operation_with_its_fragments_without_anything_that_has_no_meaning(tmp_path: Path) -> None:
    api = read(
        tmp_path,
        a="query Get { things { ...Page } }\n# Not needed by Get.\nfragment Rest on Thing { name }",
        b="fragment Page on ThingConnection {\n  # a comment\n  nodes { id, ...Rest }\n}",
    )
    (operation,) = api.operations
    assert operation.text == (
        "query Get{things{...Page}}fragment Rest on Thing{name}fragment Page on ThingConnection{nodes{id ...Rest}}"
    )
    assert operation.sha256 == hashlib.sha256(operation.text.encode()).hexdigest()
    texts = [api.fragment(name).text for name in operation.fragments]
    assert "".join([*texts[: operation.place], operation.definition, *texts[operation.place :]]) == operation.text


def test_what_is_selected_twice_is_merged_in_the_order_in_which_it_was_first_written(tmp_path: Path) -> None:
    more = "fragment More on ThingConnection { nodes { stage } }"
    text = f"query Get {{ things {{ nodes {{ id }} ...More nodes {{ name id }} }} }} {more}"
    root = read_one(tmp_path, text).root
    assert root is not None
    assert root.selection is not None
    (nodes,) = root.selection.fields
    assert nodes.selection is not None
    assert [field.key for field in nodes.selection.fields] == ["id", "stage", "name"]
    assert root.selection.spreads == ()


def test_fragments_stand_for_what_they_cover_and_own_fields_are_the_rest(tmp_path: Path) -> None:
    text = "query Get { thing(id: 1) { ...Short id stage } } fragment Short on Thing { id name }"
    root = read_one(tmp_path, text).root
    assert root is not None
    assert root.selection is not None
    assert root.selection.spreads == ("Short",)
    assert [field.key for field in root.selection.own] == ["stage"]
    assert [field.key for field in root.selection.fields] == ["id", "name", "stage"]


def test_a_field_that_may_be_left_out_is_conditional(tmp_path: Path) -> None:
    text = "query Get($all: Boolean!) { thing(id: 1) { id name @include(if: $all) ... @skip(if: $all) { id stage } } }"
    root = read_one(tmp_path, text).root
    assert root is not None
    assert root.selection is not None
    assert {field.key: field.conditional for field in root.selection.fields} == {
        "id": False,
        "name": True,
        "stage": True,
    }


def test_types_that_conditions_name_get_an_arm_with_all_their_fields(tmp_path: Path) -> None:
    text = "query Get { node(id: 1) { __typename id ... on Named { name } ... on Maker { town } } }"
    root = read_one(tmp_path, text).root
    assert root is not None
    assert root.selection is not None
    selection = root.selection
    assert (selection.type_kind, selection.possible) == (TypeKind.INTERFACE, ("Maker", "Thing"))
    assert [field.key for field in selection.fields] == ["id"]
    assert {arm.type_name: [field.key for field in arm.fields] for arm in selection.arms} == {
        "Maker": ["id", "name", "town"],
        "Thing": ["id", "name"],
    }


def test_an_alias_is_the_key_and_the_name_stays(tmp_path: Path) -> None:
    root = read_one(tmp_path, "query Get { best: thing(id: 1) { oldName } }").root
    assert root is not None
    assert root.selection is not None
    assert (root.key, root.name) == ("best", "thing")
    assert root.selection.fields[0].deprecation == "use name"


def test_an_operation_with_several_fields_has_no_root(tmp_path: Path) -> None:
    assert read_one(tmp_path, "query Get { a: thing(id: 1) { id } b: thing(id: 2) { id } }").root is None


def test_a_list_is_paged_by_its_variables(tmp_path: Path) -> None:
    text = f"query List($first: Int, $after: String) {{ things(first: $first, after: $after) {{ {PAGE} }} }}"
    page = read_one(tmp_path, text).page
    assert page is not None
    assert (page.path, page.first, page.after, page.entries) == (("things",), "first", "after", ("nodes",))
    assert page.entry.name == "Thing"


def test_a_list_inside_an_object_is_paged_by_edges_too(tmp_path: Path) -> None:
    text = (
        "query List($end: String) { thing(id: 1) { parts(first: 5, after: $end)"
        " { edges { node { id } } pageInfo { hasNextPage endCursor } } } }"
    )
    page = read_one(tmp_path, text).page
    assert page is not None
    assert (page.path, page.first, page.after) == (("thing", "parts"), None, "end")
    assert page.entries == ("edges", "node")


def test_a_list_that_cannot_go_on_or_is_one_of_two_is_not_paged(tmp_path: Path) -> None:
    fixed = read_one(tmp_path, f"query List {{ things(first: 5) {{ {PAGE} }} }}")
    assert fixed.page is None
    two = f"query List($a: String) {{ x: things(after: $a) {{ {PAGE} }} y: things(after: $a) {{ {PAGE} }} }}"
    assert read_one(tmp_path, two).page is None


def test_a_mutation_says_how_it_takes_its_key_and_what_may_come_of_it(tmp_path: Path) -> None:
    api = read(
        tmp_path,
        toys="""
        mutation Buy($input: BuyInput!) { buy(input: $input) { __typename ... on BuyPayload { thing { id } } } }
        mutation Rename($input: RenameInput!) { rename(input: $input) { __typename ... on Thing { id } } }
        mutation Forget($id: ID!) { forget(id: $id) }
        """,
    )
    buy, rename, forget = api.operations
    assert [one.idempotency for one in api.operations] == [
        IdempotencyPlace.INPUT,
        IdempotencyPlace.HEADER,
        IdempotencyPlace.NONE,
    ]
    assert buy.outcome == Outcome("BuyPayload", ("Refusal",))
    assert rename.outcome == Outcome("Thing", ("Refusal",))
    assert forget.outcome is None
    assert [one.input for one in api.operations] == ["input", "input", None]


def test_a_feed_resumes_where_it_selects_the_cursor_and_takes_one(tmp_path: Path) -> None:
    whole = read_one(tmp_path, "subscription Watch($c: String) { watch(id: 1, after: $c) { at: cursor gap } }")
    assert (whole.kind, whole.live) == (OperationKind.SUBSCRIPTION, Live("c", "at", "gap"))
    without = read_one(tmp_path, "subscription Watch { watch(id: 1) { cursor } }")
    assert without.live == Live(None, None, None)


def test_only_types_that_are_used_are_there_with_what_they_need(tmp_path: Path) -> None:
    api = read(tmp_path, toys="query List($filter: Filter) { things(filter: $filter) { nodes { price } } }")
    assert [one.name for one in api.inputs] == ["Filter"]
    assert [one.name for one in api.enums] == ["Stage"]
    assert [one.name for one in api.scalars] == ["DateTime", "Int64"]
    assert [(field.name, field.default) for field in api.inputs[0].fields] == [
        ("stage", "NEW"),
        ("at", None),
        ("nested", None),
    ]
    assert [(value.name, value.deprecation) for value in api.enums[0].values] == [("NEW", None), ("OLD", "use NEW")]


def test_every_mutation_of_ours_can_be_repeated_but_those_that_deal_in_secrets() -> None:
    api = read_api(build_schema((CLIENTS.parent / "schema" / "schema.graphql").read_text()), CLIENTS / "operations")
    once = [one.name for one in api.operations if one.idempotency is IdempotencyPlace.NONE]
    assert set(once) == {
        *("SignUp", "VerifyEmail", "SignIn", "CompleteSignIn", "RefreshSession", "Reauthenticate", "ConfirmEmail"),
        *("RequestPasswordReset", "ResetPassword", "ChangePassword"),
        *("BeginTwoFactor", "ConfirmTwoFactor", "RegenerateRecoveryCodes", "DisableTwoFactor"),
        *("CreateApiKey", "RotateApiKey", "CreateAppKey", "StartImpersonation", "CreatePortalSession"),
        "CreateUpload",
        *("AuthorizeApp", "ExchangeAppCode", "RefreshCrossAppSession"),
        *("CreateWebhookEndpoint", "RotateWebhookSecret"),
        *("ConfigureProvider", "RotateProviderCredentials", "RotateProviderWebhookSecret"),
    }


def test_every_feed_of_ours_resumes_and_every_list_has_all_pages() -> None:
    api = read_api(build_schema((CLIENTS.parent / "schema" / "schema.graphql").read_text()), CLIENTS / "operations")
    assert [one.name for one in api.operations if one.live is not None and one.live.after is None] == []
    assert [one.name for one in api.operations if one.name.startswith("List") and one.page is None] == []
