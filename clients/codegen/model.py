"""What the writers read: operations with their answers merged, and the types that their variables and answers need."""

from dataclasses import dataclass
from enum import StrEnum


class OperationKind(StrEnum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


class TypeKind(StrEnum):
    """What a type is in the schema."""

    SCALAR = "scalar"
    ENUM = "enum"
    INPUT = "input"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"


class IdempotencyPlace(StrEnum):
    """How a mutation takes the key that makes repeating it safe."""

    # The input has a required `idempotencyKey`.
    INPUT = "input"
    # The request carries the header `Idempotency-Key`.
    HEADER = "header"
    # Not at all: it must not be repeated by itself.
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was written: the file's path as given, the line and the column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as it is used, for example `[ID!]!`.

    `name` and `kind` are those of the innermost named type; `nullable` is about this level; `item` is the type of the
    entries where this level is a list, else None.
    """

    name: str
    kind: TypeKind
    nullable: bool
    item: "TypeRef | None" = None


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as it is given to a field: `text` as in the document, `variable` its name where it is just one."""

    name: str
    text: str
    variable: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an answer. `__typename` is not among the fields: see Selection.has_typename.

    `key` is its name in the answer (the alias, where there is one), `name` its name in the schema. `selection` is what
    is selected of objects, None for scalars and enums. `conditional`: an `@skip` or `@include` may leave it out.
    `deprecation` is the reason, None when it is not deprecated.
    """

    key: str
    name: str
    type: TypeRef
    description: str
    deprecation: str | None
    conditional: bool
    arguments: tuple[Argument, ...]
    selection: "Selection | None"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of a type: everything merged, fragments included, in the order in which it was first written.

    `fields` apply whatever the concrete type is. Where `type_name` is an interface or union, `possible` lists its
    concrete types of today (an answer may have others tomorrow), and `arms` hold a selection for each of them that was
    named by a fragment or condition: that one's fields are *all* of its fields, the common ones included. Types without
    an arm have `fields` only. For objects `possible` and `arms` are empty.

    `has_typename`: `__typename` is in the answer. Always so where there are arms.

    `spreads` are the names of the fragments that cover a part of the fields completely, and `own` are the fields that
    none of them covers: a type for the selection may be written as `A & B & {own}`, and where `own` is empty and there
    is one spread it *is* that fragment. Where fragments and fields overlap in a way that has to be merged, `spreads` is
    empty and `own` equals `fields`.
    """

    type_name: str
    type_kind: TypeKind
    fields: tuple[Field, ...]
    has_typename: bool
    possible: tuple[str, ...]
    arms: tuple["Selection", ...]
    spreads: tuple[str, ...]
    own: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A named fragment.

    `description` are the words of the comment above it, else those of its type. `text` is its definition without
    anything that has no meaning: a part of the documents that are sent.
    """

    name: str
    description: str
    source: Source
    selection: Selection
    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation.

    `required`: it is not nullable and has no default. `default` is GraphQL text. `description` is that of the argument
    it is given to; empty where it is only used deeper.
    """

    name: str
    type: TypeRef
    required: bool
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Page:
    """The connection that a query pages through, where it has exactly one and can.

    It can when the connection's `after` is a nullable variable and `pageInfo { hasNextPage endCursor }` is selected
    besides `nodes` or `edges { node }`, all without aliases. `path` leads to it from the answer's root, by keys;
    objects on it may be null. `first` and `after` are the names of the variables (`first` is None where the page size
    is not a variable). `entries` leads from the connection to its entries: `("nodes",)`, or `("edges", "node")`: a
    list of edges, then the entry of each. `entry` is the type of an entry, `selection` what is selected of it.
    """

    path: tuple[str, ...]
    first: str | None
    after: str
    entries: tuple[str, ...]
    entry: TypeRef
    selection: Selection


@dataclass(frozen=True, slots=True)
class Live:
    """How a subscription resumes.

    `after` is the variable that takes a cursor; `cursor` and `gap` are keys of a message. `after` and `cursor` are
    both None where the operation does not select or pass what resuming needs.
    """

    after: str | None
    cursor: str | None
    gap: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a mutation (or preview): a union of a payload and typed refusals.

    `payload` and `refusals` are names of types of the schema; each of them that is selected is an arm of the root
    field's selection.
    """

    payload: str
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation.

    `noun` is the name of its file without ending: what it is grouped by. `description` are the words of the comment
    above it, else those of its first field. `text` is the document that is sent and trusted: this operation with its
    fragments, without anything that has no meaning; `sha256` is its hash in hex.

    `root` is the root field where there is exactly one that is always there: generated functions return its value
    rather than an object around it. `input` is the name of the only variable where that is an input object: generated
    functions take its fields directly. `idempotency` is None for queries and subscriptions, `page` for all but queries
    that page, `live` for all but subscriptions, `outcome` where the root is no union with refusals.
    `fragments` are the names of all that the text contains, in its order. The text consists of the texts of the first
    `place` of them, the operation's own `definition`, and the texts of the others.
    """

    name: str
    kind: OperationKind
    noun: str
    description: str
    source: Source
    variables: tuple[Variable, ...]
    selection: Selection
    root: Field | None
    input: str | None
    fragments: tuple[str, ...]
    place: int
    definition: str
    text: str
    sha256: str
    page: Page | None
    live: Live | None
    outcome: Outcome | None
    idempotency: IdempotencyPlace | None


@dataclass(frozen=True, slots=True)
class EnumValue:
    name: str
    description: str
    deprecation: str | None


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum that is used. In answers, values that are not listed must be expected."""

    name: str
    description: str
    values: tuple[EnumValue, ...]


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of an input. `required`: not nullable and without default. `default` is GraphQL text."""

    name: str
    type: TypeRef
    required: bool
    default: str | None
    description: str
    deprecation: str | None


@dataclass(frozen=True, slots=True)
class InputType:
    """An input object that is used. `one_of`: exactly one of its fields has to be given."""

    name: str
    description: str
    one_of: bool
    fields: tuple[InputField, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar that is used, the built-in ones left out. All of them are JSON strings, but JSON, which is anything."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Api:
    """Everything that a client is generated from; operations in the order of files and lines, types by name."""

    operations: tuple[Operation, ...]
    fragments: tuple[Fragment, ...]
    enums: tuple[Enum, ...]
    inputs: tuple[InputType, ...]
    scalars: tuple[Scalar, ...]

    def fragment(self, name: str) -> Fragment:
        return next(one for one in self.fragments if one.name == name)
