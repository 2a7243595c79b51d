"""TypeScript as it is written: small operations and every line that comes of them."""

from pathlib import Path

from clients.codegen.typescript import typescript
from tests.clients.toys import read


def written(folder: Path, text: str, path: str = "operations/toys.ts") -> str:
    return typescript(read(folder, toys=text))[path]


def test_a_query_becomes_a_typed_document_and_a_function(tmp_path: Path) -> None:
    text = "# Shows one.\nquery GetThing($id: ID!) { thing(id: $id) { id maker { name } } }"
    assert (
        written(tmp_path, text).split("\n\n", 1)[1]
        == """\
import type { Client, Document, RequestOptions } from '@milepost/client';
import { request } from '@milepost/client';

/** What getThing takes. */
export interface GetThingVariables {
  /** Its id. */
  readonly id: string;
}

/** What getThing answers. */
export type GetThingResult = GetThingThing | null;

/** Finds one. */
export interface GetThingThing {
  readonly id: string;
  readonly maker: GetThingThingMaker | null;
}

export interface GetThingThingMaker {
  readonly name: string;
}

/** The document of getThing. */
export const GetThingDocument: Document<GetThingResult, GetThingVariables, 'thing'> = {
  name: 'GetThing',
  kind: 'query',
  parts: ['query GetThing($id:ID!){thing(id:$id){id maker{name}}}'],
  root: 'thing',
};

/**
 * Shows one.
 *
 * Finds one.
 */
export function getThing(
  client: Client,
  variables: GetThingVariables,
  options?: RequestOptions,
): Promise<GetThingResult> {
  return request(client, GetThingDocument, variables, options);
}
"""
    )


def test_a_mutation_takes_the_fields_of_its_input_and_makes_its_key(tmp_path: Path) -> None:
    text = """
    # Buys.
    mutation Buy($input: BuyInput!) { buy(input: $input) { __typename ... on BuyPayload { thing { id } } ...Refusal } }
    fragment Refusal on Refusal { message }
    """
    code = written(tmp_path, text)
    assert "export type BuyResult = BuyPayload | As<'Refusal', Refusal> | Other;" in code
    assert "  key: 'input',\n" in code
    assert (
        "export function buy(client: Client, input: Keyed<BuyInput>, options?: RequestOptions): Promise<BuyResult> {"
        in code
    )
    assert "  return request(client, BuyDocument, { input: withKey(input) }, options);" in code


def test_members_of_a_union_are_told_apart_and_others_are_expected(tmp_path: Path) -> None:
    text = "# Any.\nquery Get { node(id: 1) { __typename id ... on Maker { town } } }"
    code = written(tmp_path, text)
    assert "export type GetNode = GetNodeMaker | GetNodeOther;" in code
    assert "  readonly __typename: 'Maker';\n  readonly id: string;\n  readonly town: string;\n" in code
    assert "  readonly __typename: '%other';\n  readonly id: string;\n}" in code


def test_a_list_gets_a_function_for_all_pages(tmp_path: Path) -> None:
    text = """
    # Parts.
    query ListParts($after: String) {
      thing(id: 1) { parts(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
    }
    """
    assert """\
export function listPartsAll(
  client: Client,
  variables: ListPartsVariables = {},
  options?: RequestOptions,
): AsyncGenerator<ListPartsThingPartsThing, void, undefined> {
  return allPages(client, ListPartsDocument, variables, 'after', (data) => data?.parts, options);
}
""" in written(tmp_path, text)


def test_a_feed_is_followed_and_says_how_it_resumes(tmp_path: Path) -> None:
    code = written(tmp_path, "# Live.\nsubscription Watch($after: String) { watch(id: 1, after: $after) { cursor } }")
    assert "  resume: { after: 'after', cursor: 'cursor' },\n" in code
    assert "  return live(client, WatchDocument, variables, options);" in code


def test_enums_are_open_and_their_values_can_be_listed(tmp_path: Path) -> None:
    code = written(tmp_path, "# Stages.\nquery Get { thing(id: 1) { stage } }", "enums.ts")
    assert (
        code.split("\n\n", 1)[1]
        == """\
import type { Open } from '@milepost/client';

/** How far it is. */
export const Stage = {
  /** At the beginning. */
  NEW: 'NEW',
  /** @deprecated use NEW */
  OLD: 'OLD',
} as const;

/** One of Stage's values, or one that a newer server has added. */
export type Stage = Open<keyof typeof Stage>;
"""
    )


def test_two_types_never_have_one_name(tmp_path: Path) -> None:
    text = """
    # One.
    query Get { thing(id: 1) { maker { name } } }
    # Another.
    query GetThing { maker: thing(id: 1) { name } node(id: 1) { id } }
    """
    code = written(tmp_path, text)
    assert code.count("export interface GetThingMaker ") == 1
    assert code.count("export interface GetThingMaker2 ") == 1


def test_the_index_exports_every_module(tmp_path: Path) -> None:
    api = read(tmp_path, b="query B { thing(id: 1) { id } }", a="query A { thing(id: 1) { id } }")
    files = typescript(api)
    exported = [line.split("'")[1] for line in files["index.ts"].splitlines() if line.startswith("export")]
    assert exported == [f"./{path.removesuffix('.ts')}.js" for path in sorted(files) if path != "index.ts"]
