"""Limits on documents, checked before anything is executed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache

from schema.metering import Metering
from schema.readings import Readings

MAX_DEPTH, MAX_ALIASES, MAX_FIELDS, MAX_TOKENS, MAX_ROOT_MUTATIONS = 15, 100, 5_000, 5_000, 10
MAX_CHARACTERS, MAX_BRACKETS = 100_000, 60
_CACHED_DOCUMENTS = 500
# To compare what is selected several times over is the dearest step before execution: this much takes a tenth of a
# second where 500,000, which it is otherwise, takes two. Documents that people write stay far below.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
_NOT_BRACKETS = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*(?:"""|$)|"(?:\\.|[^"\\\n])*"?|#[^\n]*|[^][(){}"#]+')
"""Text, comments, and everything else in a document that opens and closes nothing."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a selection is once its fragments are spread; `roots` are the fields of its first level."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    roots: int = 0

    def __add__(self, other: "Extent") -> "Extent":
        return Extent(
            depth=max(self.depth, other.depth),
            aliases=self.aliases + other.aliases,
            fields=self.fields + other.fields,
            roots=self.roots + other.roots,
        )


class ExtentRule(ValidationRule):
    """Measures an operation as it is executed, but each fragment once: to spread a few that multiply each other, only
    to count what comes out, takes minutes. Each root mutation is a transaction of its own, hence their limit."""

    _fragments: dict[str, Extent]

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self._fragments = {}
        found = self._extent(node.selection_set)
        roots = found.roots if node.operation is OperationType.MUTATION else 0
        for count, most, what in (
            (found.depth, MAX_DEPTH, "levels"),
            (found.aliases, MAX_ALIASES, "aliases"),
            (found.fields, MAX_FIELDS, "fields, with fragments spread"),
            (roots, MAX_ROOT_MUTATIONS, "root mutations"),
        ):
            if count > most:
                self.report_error(_beyond(f"The operation has {count} {what}; at most {most} are allowed.", most, node))

    def _extent(self, selections: SelectionSetNode) -> Extent:
        return sum(map(self._measured, selections.selections), Extent())

    def _measured(self, node: SelectionNode) -> Extent:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            return self._extent(node.selection_set)
        assert isinstance(node, FieldNode)
        below = Extent() if node.selection_set is None else self._extent(node.selection_set)
        # Introspection may go deeper, because only types lie there, which no data multiplies.
        is_level = node.selection_set is not None and not node.name.value.startswith("__")
        depth = below.depth + 1 if is_level else 0
        return Extent(depth, below.aliases + (node.alias is not None), below.fields + 1, roots=1)

    def _fragment(self, name: str) -> Extent:
        if name not in self._fragments:
            # While it is measured it counts as nothing; that it contains itself is another rule's error.
            self._fragments[name] = Extent()
            fragment = self.context.get_fragment(name)
            if fragment is not None:
                self._fragments[name] = self._extent(fragment.selection_set)
        return self._fragments[name]


class BeforeReading(SchemaExtension):
    """Refuses a document that cannot be read, before anybody tries."""

    def on_operation(self) -> Iterator[None]:
        check_text(self.execution_context.query or "")
        yield


def check_text(query: str) -> None:
    """A GraphQLError for a document that is too long, as one token may be as long as the body; and for one whose
    brackets are nested so deep that reading it would exhaust the stack."""
    length = len(query)
    if length > MAX_CHARACTERS:
        raise _beyond(f"The document has {length} characters; at most {MAX_CHARACTERS} are allowed.", MAX_CHARACTERS)
    if query.count("{") + query.count("[") + query.count("(") <= MAX_BRACKETS:
        return
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", query):
        depth += 1 if bracket in "{[(" else -1
        if depth > MAX_BRACKETS:
            message = f"Brackets in the document are nested deeper than the {MAX_BRACKETS} levels that are allowed."
            raise _beyond(message, MAX_BRACKETS)


def _beyond(message: str, limit: int, node: Node | None = None) -> GraphQLError:
    return GraphQLError(message, node, extensions={"limit": limit})


_RULES: list[type[ASTValidationRule]] = [ExtentRule]
"""Made once: the cache of validated documents knows a rule by its class."""


def valid_document(graphql: GraphQLSchema, query: str) -> DocumentNode | None:
    """The document of a query that is valid and within the limits; None for any other, which execution refuses."""
    try:
        check_text(query)
        document = parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError:
        return None
    return None if validate(graphql, document, (*specified_rules, *_RULES)) else document


def limits() -> list[Callable[[], SchemaExtension]]:
    """A fresh extension for each operation, because an extension holds what it works on; the caches are shared."""
    return [
        Metering,
        Readings,
        BeforeReading,
        lambda: AddValidationRules(_RULES),
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: ParserCache(maxsize=_CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=_CACHED_DOCUMENTS),
    ]
