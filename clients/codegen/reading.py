"""Reads a schema and a folder of operations into the model."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    Token,
    TokenKind,
    VariableDefinitionNode,
    build_schema,
    concat_ast,
    parse,
    print_ast,
    separate_operations,
    strip_ignored_characters,
    type_from_ast,
    validate,
)
from graphql import Source as Text

from clients.codegen import facts, types
from clients.codegen.model import Api, Field, Fragment, Operation, OperationKind, Selection, Variable
from clients.codegen.names import name_problems
from clients.codegen.problems import OperationProblems, problem_of, source_of, unreadable
from clients.codegen.selections import Selections


def read_api(schema: GraphQLSchema, folder: Path, shown_as: str | None = None) -> Api:
    """The operations of all `*.graphql` files in the folder, with what they need of the schema.

    Raises OperationProblems with everything that is wrong. Files are called `shown_as`/name in messages.
    """
    document = _read_documents(folder, shown_as or str(folder))
    errors = validate(schema, document)
    problems = [problem_of(error) for error in errors] or list(name_problems(schema, document))
    if problems:
        raise OperationProblems(problems)
    return _Reading(schema, document).api()


def read_schema(path: Path) -> GraphQLSchema:
    """The schema in an SDL file."""
    try:
        return build_schema(Text(path.read_text(), str(path)))
    except GraphQLError as error:
        raise OperationProblems([problem_of(error)]) from error


def _read_documents(folder: Path, shown_as: str) -> DocumentNode:
    paths = sorted(folder.glob("*.graphql")) if folder.is_dir() else []
    if not paths:
        raise unreadable(folder, "there are no operations here: put *.graphql files into this folder")
    documents, problems = [], []
    for path in paths:
        try:
            documents.append(parse(Text(path.read_text(), f"{shown_as}/{path.name}")))
        except GraphQLError as error:
            problems.append(problem_of(error))
    if problems:
        raise OperationProblems(problems)
    return concat_ast(documents)


class _Reading:
    """One validated document on its way into the model."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.selections = Selections(schema, self.fragments)
        self.separate = separate_operations(document)

    def api(self) -> Api:
        fragments = tuple(self.fragment(node) for node in self.fragments.values())
        used = types.with_inputs(self.schema, self.used(fragments))
        self.inputs = {one.name: one for one in types.inputs(self.schema, used)}
        return Api(
            operations=tuple(self.operation(node) for node in self.nodes),
            fragments=fragments,
            enums=tuple(types.enums(self.schema, used)),
            inputs=tuple(self.inputs.values()),
            scalars=tuple(types.scalars(self.schema, used)),
        )

    def used(self, fragments: Iterable[Fragment]) -> set[str]:
        """The names of leaves in answers and of the types of variables."""
        selections = [self.root_selection(node) for node in self.nodes] + [one.selection for one in fragments]
        leaves = {field.type.name for one in selections for field in _leaves(one)}
        return leaves | {one.type.name for node in self.nodes for one in self.variables(node)}

    def root_selection(self, node: OperationDefinitionNode) -> Selection:
        root = self.schema.get_root_type(node.operation)
        assert root is not None, "validation has found the root type"
        return self.selections.select(root, [node.selection_set])

    def fragment(self, node: FragmentDefinitionNode) -> Fragment:
        type_ = self.schema.type_map[node.type_condition.name.value]
        words = _comment_above(node) or type_.description or ""
        selection = self.selections.select(type_, [node.selection_set])
        return Fragment(node.name.value, words, source_of(node), selection, _bare(node))

    def operation(self, node: OperationDefinitionNode) -> Operation:
        assert node.name is not None, "nameless operations have been refused"
        name, kind, source = node.name.value, OperationKind(node.operation.value), source_of(node)
        selection, variables = self.root_selection(node), self.variables(node)
        root = facts.sole_root(selection)
        document = self.separate[name]
        text, definitions = _bare(document), list(document.definitions)
        return Operation(
            name=name,
            kind=kind,
            noun=Path(source.file).stem,
            description=_comment_above(node) or selection.fields[0].description,
            source=source,
            variables=variables,
            selection=selection,
            root=root,
            input=facts.sole_input(variables),
            fragments=tuple(one.name.value for one in definitions if isinstance(one, FragmentDefinitionNode)),
            place=definitions.index(node),
            definition=_bare(node),
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            page=facts.page_of(kind, selection, variables),
            live=facts.live_of(kind, root),
            outcome=facts.outcome_of(root),
            idempotency=facts.idempotency_of(kind, root, variables, self.inputs),
        )

    def variables(self, node: OperationDefinitionNode) -> tuple[Variable, ...]:
        described = dict(self.described(self.root_selection(node)))
        return tuple(self.variable(one, described) for one in node.variable_definitions or ())

    def variable(self, node: VariableDefinitionNode, described: Mapping[str, str]) -> Variable:
        type_ = type_from_ast(self.schema, node.type)
        assert type_ is not None, "validation has found the type"
        name, default = node.variable.name.value, node.default_value
        required = isinstance(type_, GraphQLNonNull) and default is None
        text = None if default is None else print_ast(default)
        return Variable(name, types.type_ref(type_), required, text, described.get(name, ""))

    def described(self, selection: Selection) -> Iterator[tuple[str, str]]:
        """The variables with the descriptions of the arguments they are given to; the outermost wins, being last."""
        for field in selection.fields:
            for inner in (field.selection, *field.selection.arms) if field.selection else ():
                yield from self.described(inner)
        parent = self.schema.get_type(selection.type_name)
        if types.has_fields(parent):
            for field in selection.fields:
                arguments = parent.fields[field.name].args
                for given in field.arguments:
                    if given.variable is not None:
                        yield given.variable, arguments[given.name].description or ""


def _bare(node: Node) -> str:
    """Its text without anything that has no meaning."""
    return strip_ignored_characters(print_ast(node))


def _leaves(selection: Selection) -> Iterator[Field]:
    for one in (selection, *selection.arms):
        for field in one.fields:
            if field.selection is None:
                yield field
            else:
                yield from _leaves(field.selection)


def _comment_above(node: Node) -> str:
    """The words of the comment that ends on the line before a definition."""
    assert node.loc is not None, "documents are parsed with locations"
    lines: list[str] = []
    token: Token | None = node.loc.start_token.prev
    line = node.loc.start_token.line
    while token is not None and token.kind is TokenKind.COMMENT and token.line == line - 1:
        lines.insert(0, (token.value or "").strip())
        line = token.line
        token = token.prev
    return " ".join(lines)
