"""What a request gives: the values of its variables, and those of each field's arguments, read once for each plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_scalar_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_argument_values, get_variable_values
from graphql.language import Visitor, visit

from planner.statements import Unsupported


class Unasked(Exception):
    """The values given do not fit, or leave a case to graphql-core; the ordinary executor tells the caller."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation; `default` is Undefined where it has none."""

    name: str
    kind: GraphQLInputType
    default: Any
    signature: Any
    coerced: Callable[[Any], Any]
    """What coerce_input_value makes of a value; Undefined where it does not fit."""


def variables_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[Variable, ...]:
    made = []
    for node in operation.variable_definitions or ():
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError):
            raise Unsupported("variables")
        default = Undefined
        if node.default_value is not None:
            alone = get_variable_values(schema, [node], {})
            if isinstance(alone, list):
                raise Unsupported("variables")
            default = alone.coerced[signature.name]
        made.append(Variable(signature.name, signature.type, default, signature, _coercion(signature.type)))
    return tuple(made)


def values_of(variables: tuple[Variable, ...], given: Mapping[str, Any]) -> VariableValues:
    """What graphql-core's get_variable_values gives, without reading the definitions again."""
    if not variables:
        return _NO_VALUES
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for one in variables:
        value = given.get(one.name, Undefined)
        if value is not Undefined:
            sources[one.name] = VariableValueSource(one.signature, value)
            coerced[one.name] = found = one.coerced(value)
            if found is Undefined:
                raise Unasked
            continue
        sources[one.name] = VariableValueSource(one.signature)
        if one.default is not Undefined:
            coerced[one.name] = one.default
        elif is_non_null_type(one.kind):
            raise Unasked
    return VariableValues(sources, coerced)


def _coercion(kind: GraphQLInputType) -> Callable[[Any], Any]:
    """coerce_input_value for values of one type: of a single leaf in one step, which it takes ten for to find out."""
    leaf = get_nullable_type(kind)
    if not is_leaf_type(leaf):
        return lambda value: coerce_input_value(value, kind)
    absent, coerce = (Undefined if is_non_null_type(kind) else None), leaf.coerce_input_value

    def coerced(value: Any) -> Any:
        if value is None:
            return absent
        try:
            return coerce(value)
        except Exception:
            return Undefined

    return coerced


_NO_VALUES = VariableValues({}, {})


class Arguments:
    """The arguments of a selected field."""

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition, self._node = definition, node
        given = {one.name.value: one.value for one in node.arguments or ()}
        self._by_variable = [
            (name, value.name.value, definition.args[name])
            for name, value in given.items()
            if isinstance(value, VariableNode)
        ]
        self._is_simple = not any(_holds_variable(value) for value in given.values()) and not any(
            one.out_name for one in definition.args.values()
        )
        self._fixed = self._constants() if self._is_simple else {}
        self.are_constant = self._is_simple and not self._by_variable
        """Whether they are the same in every request."""
        self.are_scalars = self._is_simple and all(_is_scalar(definition.args[name].type) for name in given)
        """Whether all that is given are single scalars, whose values are the same for whoever reads them."""

    def values(self, variables: VariableValues) -> dict[str, Any]:
        if not self._is_simple:
            return get_argument_values(self._definition, self._node, variables)
        values = dict(self._fixed)
        for name, variable, argument in self._by_variable:
            value = variables.coerced.get(variable, Undefined)
            if value is not Undefined:
                values[name] = value
            if value is None and is_non_null_type(argument.type):
                raise Unasked
            if value is Undefined and is_required_argument(argument):
                raise Unasked
        return values

    def _constants(self) -> dict[str, Any]:
        """Literals, and the defaults of what is not given or may turn out not to be."""
        open_ = {name for name, _, argument in self._by_variable if is_required_argument(argument)}
        named = {name for name, _, _ in self._by_variable}
        definition = GraphQLField(
            self._definition.type, args={name: one for name, one in self._definition.args.items() if name not in open_}
        )
        literal = tuple(one for one in self._node.arguments or () if one.name.value not in named)
        return get_argument_values(definition, FieldNode(name=self._node.name, arguments=literal))


def _is_scalar(kind: GraphQLInputType) -> bool:
    return is_scalar_type(get_named_type(kind)) and not is_list_type(get_nullable_type(kind))


def _holds_variable(value: ValueNode) -> bool:
    """Whether variables stand within a literal, rather than being the whole value."""
    if isinstance(value, VariableNode):
        return False
    found = _Variables()
    visit(value, found)
    return found.any


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_variable(self, *_: Any) -> None:
        self.any = True
