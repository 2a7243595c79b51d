"""Dart as it is written: small operations and every line that comes of them."""

import re
from pathlib import Path

import pytest
from graphql import build_schema

from clients.codegen.dart import dart, dart_consumer
from clients.codegen.dart_names import class_name, field_name, member_name, singular
from clients.codegen.reading import read_api
from tests.clients.toys import SDL, read

BUY = """
# Buys.
mutation Buy($input: BuyInput!) {
  buy(input: $input) { __typename ... on BuyPayload { thing { id } } ... on Refusal { message } }
}
"""
RENAME = """
# Renames.
mutation Rename($input: RenameInput!) {
  rename(input: $input) { __typename ... on Thing { name } ... on Refusal { message } }
}
"""

GET_THING = """\
import 'package:milepost_client/runtime.dart';

/// Shows one.
final class GetThing extends Query<GetThingResult?> {
  /// Takes what the operation asks for.
  const GetThing({required this.id});

  /// Its id.
  final String id;

  @override
  String get name => 'GetThing';

  @override
  String get document => r'query GetThing($id:ID!){thing(id:$id){price oldName}}';

  @override
  String get hash => 'HASH';

  @override
  Map<String, Object?> get variables => {'id': id};

  @override
  GetThingResult? read(Json data) => data['thing'].orNull(GetThingResult.fromJson);
}

/// Finds one.
final class GetThingResult extends ApiData {
  /// Made by hand, for tests and previews.
  const GetThingResult({this.price, this.oldName});

  /// Reads it from an answer.
  GetThingResult.fromJson(Json json)
    : price = json['price'].orNull(Int64.fromJson),
      oldName = json['oldName'].orNull((one) => one.string),
      super.read(json);

  /// The field `price`.
  final Int64? price;

  /// The field `oldName`.
  @Deprecated('use name')
  final String? oldName;

  @override
  Map<String, Object?> get fields => {'price': price, 'oldName': oldName};
}
"""


def written(folder: Path, text: str, path: str = "operations/toys.dart") -> str:
    return dart(read(folder, toys=text))[path]


def class_of(text: str, name: str) -> str:
    """The lines of one class."""
    found = re.search(rf"^(sealed |final )?class {name} .*?^}}$", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no class {name} in\n{text}"
    return found[0]


def test_a_query_becomes_a_value_and_its_answer_a_class(tmp_path: Path) -> None:
    text = written(tmp_path, "# Shows one.\nquery GetThing($id: ID!) { thing(id: $id) { price oldName } }")
    assert re.sub("'[0-9a-f]{64}'", "'HASH'", text.split("\n\n", 1)[1]) == GET_THING


def test_a_mutation_takes_the_fields_of_its_input_but_not_the_key(tmp_path: Path) -> None:
    lines = class_of(written(tmp_path, BUY), "Buy")
    assert "extends Mutation<Outcome<BuyPayload, BuyRefusal>> {" in lines
    assert "const Buy({required this.thingId});" in lines
    assert "'input': {'thingId': thingId}," in lines
    assert "Idempotency get idempotency => Idempotency.input;" in lines
    assert "idempotencyKey" not in lines


def test_a_key_goes_into_the_header_where_the_schema_promises_that(tmp_path: Path) -> None:
    lines = class_of(written(tmp_path, RENAME), "Rename")
    assert "Idempotency get idempotency => Idempotency.header;" in lines


def test_a_mutation_that_promises_nothing_is_never_repeated(tmp_path: Path) -> None:
    text = written(tmp_path, "# Forgets.\nmutation Forget($id: ID!) { forget(id: $id) }")
    assert "Idempotency get idempotency => Idempotency.none;" in class_of(text, "Forget")


def test_an_update_distinguishes_to_clear_from_to_keep(tmp_path: Path) -> None:
    text = RENAME.replace("RenameInput", "UpdateThingInput").replace("rename(", "updateThing(")
    sdl_input = "input UpdateThingInput { thingId: ID! name: String expectedVersion: Int }"
    field = 'type Mutation { "Renames." updateThing(input: UpdateThingInput!): RenameResult! }'
    lines = class_of(written_over(tmp_path, text, sdl_input, field), "Rename")
    assert "const Rename({required this.thingId, this.nameValue = const Opt.keep(), this.expectedVersion});" in lines
    assert "if (nameValue.isGiven) 'name': nameValue.value," in lines
    assert "if (expectedVersion case final expectedVersion?) 'expectedVersion': expectedVersion," in lines


def written_over(folder: Path, text: str, sdl_input: str, mutation: str) -> str:
    """The same over the small schema with another mutation."""
    sdl = re.sub(r"^type Mutation \{.*?^\}", f"{sdl_input}\n{mutation}", SDL, flags=re.MULTILINE | re.DOTALL)
    (folder / "toys.graphql").write_text(text)
    return dart(read_api(build_schema(sdl), folder, "ops"))["operations/toys.dart"]


def test_an_enum_has_a_member_for_what_is_unknown(tmp_path: Path) -> None:
    text = written(tmp_path, "query Get($id: ID!) { thing(id: $id) { stage } }", "enums.dart")
    assert "  /// At the beginning.\n  new" in text
    assert "@Deprecated('use NEW')\n  old('OLD')," in text
    assert "  unknown('');\n" in text


def test_a_class_that_holds_a_fragment_is_one(tmp_path: Path) -> None:
    text = "fragment Titled on Thing { name maker { town } } query Get($id: ID!) { thing(id: $id) { ...Titled stage } }"
    lines = class_of(written(tmp_path, text), "GetResult")
    assert lines.startswith("final class GetResult extends ApiData implements Titled {")
    assert "  @override\n  final TitledMaker? maker;" in lines


def test_an_interface_is_sealed_and_what_no_fragment_names_is_unknown(tmp_path: Path) -> None:
    text = written(tmp_path, "query Get($id: ID!) { node(id: $id) { __typename id ... on Maker { town } } }")
    assert "'Maker' => GetMaker.fromJson(json),\n    _ => GetUnknown.fromJson(json)," in class_of(text, "GetResult")
    assert class_of(text, "GetMaker").startswith("final class GetMaker extends GetResult {")


def test_pages_follow_each_other_with_the_same_variables(tmp_path: Path) -> None:
    text = """
    query ListThings($first: Int, $after: String, $filter: Filter) {
      things(first: $first, after: $after, filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } }
    }
    """
    lines = class_of(written(tmp_path, text), "ListThings")
    assert "next(String cursor) => ListThings(first: first, after: cursor, filter: filter);" in lines


def test_a_feed_knows_its_cursor(tmp_path: Path) -> None:
    text = "subscription Watch($id: ID!, $after: String) { watch(id: $id, after: $after) { cursor gap thing { id } } }"
    lines = class_of(written(tmp_path, text), "Watch")
    assert "String? get afterVariable => 'after';" in lines
    assert "String? cursorOf(WatchMessage message) => message.cursor;" in lines
    assert "bool isGap(WatchMessage message) => message.gap;" in lines


def test_a_consumer_switches_over_everything_without_a_default(tmp_path: Path) -> None:
    api = read(tmp_path, toys="query Get($id: ID!) { node(id: $id) { __typename id ... on Maker { town } } }" + BUY)
    text = dart_consumer(api, "toys.dart")
    assert "  GetMaker() => 'GetMaker',\n  GetUnknown() => 'GetUnknown',\n};" in text
    assert "  Buy(thingId: 'text'),\n" in text
    assert "_ =>" not in text


def test_no_library_imports_what_it_does_not_use(tmp_path: Path) -> None:
    files = dart(read(tmp_path, toys="query Get($id: ID!) { thing(id: $id) { stage } }"))
    assert re.findall("import '(.*)'", files["operations/toys.dart"]) == [
        "package:milepost_client/runtime.dart",
        "../enums.dart",
    ]
    assert re.findall("export '(.*)'", files["api.dart"]) == ["enums.dart", "operations/toys.dart"]


def test_an_operation_never_hides_a_class_of_dart(tmp_path: Path) -> None:
    text = written(tmp_path, "query List { things { nodes { id } } }")
    assert class_of(text, "ListOperation").startswith("final class ListOperation extends Query<ListResult> {")
    assert "String get name => 'List';" in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (field_name("class"), "classValue"),
        (field_name("fields"), "fieldsValue"),
        (member_name("PARTIALLY_PAID"), "partiallyPaid"),
        (member_name("UNKNOWN"), "unknownValue"),
        (member_name("DEFAULT"), "defaultValue"),
        (class_name("Action", "AvailableAction"), "AvailableAction"),
        (class_name("Money", "Money"), "MoneyData"),
        (singular("categories"), "category"),
        (singular("nodes"), "node"),
        (singular("status"), "status"),
    ],
)
def test_names_stay_clear_of_words_that_are_taken(given: str, expected: str) -> None:
    assert given == expected
