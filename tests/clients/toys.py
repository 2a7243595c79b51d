"""A small schema with everything that a generator meets, and a way to read operations over it."""

from pathlib import Path

from graphql import build_schema

from clients.codegen.model import Api, Operation
from clients.codegen.reading import read_api

SDL = '''
"""An instant."""
scalar DateTime

"""A whole number that is sent as text."""
scalar Int64

"""How far it is."""
enum Stage {
  """At the beginning."""
  NEW
  OLD @deprecated(reason: "use NEW")
}

interface Node { id: ID! }
interface Named implements Node { id: ID! name: String! }

"""Something sold."""
type Thing implements Node & Named {
  id: ID!
  """What it is called."""
  name: String!
  stage: Stage!
  price: Int64
  parts(first: Int, after: String): ThingConnection!
  oldName: String @deprecated(reason: "use name")
  maker: Maker
}

type Maker implements Node & Named { id: ID! name: String! town: String! things: [Thing!]! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type ThingEdge { node: Thing! }
type ThingConnection { nodes: [Thing!]! edges: [ThingEdge!]! pageInfo: PageInfo! }

input Filter { stage: Stage = NEW at: DateTime nested: Filter }
input BuyInput { thingId: ID! idempotencyKey: ID! }
input RenameInput { thingId: ID! name: String }
type BuyPayload { thing: Thing! }
type Refusal { message: String! }
union BuyResult = BuyPayload | Refusal
union RenameResult = Thing | Refusal

type Query {
  """Finds one."""
  thing("Its id." id: ID!): Thing
  things(first: Int, after: String, filter: Filter): ThingConnection!
  node(id: ID!): Node
}
type Mutation {
  buy(input: BuyInput!): BuyResult!
  """Renames. Safe to repeat with the same Idempotency-Key header."""
  rename(input: RenameInput!): RenameResult!
  forget(id: ID!): Boolean!
}
type Message { cursor: String! gap: Boolean! thing: Thing }
type Subscription { watch(id: ID!, after: String): Message! }
'''


def read(folder: Path, **files: str) -> Api:
    """The API of the operations; each keyword is a file."""
    write(folder, **files)
    return read_api(build_schema(SDL), folder, "ops")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.graphql").write_text(text)


def read_one(folder: Path, text: str) -> Operation:
    """The only operation of a file."""
    (operation,) = read(folder, toys=text).operations
    return operation
