"""Payload queries: what an endpoint asks of each event, checked before it is stored."""

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    parse,
    print_ast,
    specified_rules,
    validate,
)

from schema.cost_reading import cost_of
from schema.limits import MAX_TOKENS, ExtentRule, check_text

MAX_DEPTH, MAX_COST = 8, 500
VARIABLES = {"subjectId": "ID", "eventType": "String", "organizationId": "ID"}
"""What a query may ask with: the object it happened to, what happened, and the organization that is told."""


class _DepthRule(ExtentRule):
    """Measured as every operation is, but against less."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self._fragments = {}
        depth = self._extent(node.selection_set).depth
        if depth > MAX_DEPTH:
            self.report_error(GraphQLError(f"It has {depth} levels; at most {MAX_DEPTH} are allowed.", node))


def problem_of(query: str) -> str | None:
    """Why a text is no payload query; None: it is one."""
    # Not before somebody asks: the schema is made of what imports this.
    from schema.api import schema

    return _problem(schema._schema, query)


def _problem(graphql: GraphQLSchema, query: str) -> str | None:
    try:
        check_text(query)
        document = parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return error.message
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return "Give one query: no mutation, no subscription, and nothing beside it but its fragments."
    if faults := validate(graphql, document, (*specified_rules, ExtentRule, _DepthRule)):
        return faults[0].message
    if "__schema" in query or "__type(" in query:
        return "Ask about the event; the schema can be read at /schema.graphql."
    return _of_operation(graphql, document, operations[0])


def _of_operation(graphql: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> str | None:
    for one in operation.variable_definitions or ():
        if not _is_given(one):
            offered = ", ".join(f"${name}: {kind}!" for name, kind in VARIABLES.items())
            return f"${one.variable.name.value} is not given. These variables are: {offered}."
    cost = cost_of(graphql, document, operation).cost({})
    return None if cost <= MAX_COST else f"It costs {cost}; at most {MAX_COST} is allowed."


def _is_given(variable: VariableDefinitionNode) -> bool:
    kind = variable.type.type if isinstance(variable.type, NonNullTypeNode) else variable.type
    return VARIABLES.get(variable.variable.name.value) == print_ast(kind)


def variables_of(query: str) -> frozenset[str]:
    """The names of the variables that a stored query asks with."""
    asked = (one for one in parse(query).definitions if isinstance(one, OperationDefinitionNode))
    return frozenset(one.variable.name.value for op in asked for one in op.variable_definitions or ())
