"""What operations and fragments may be called: their names become those of functions and types."""

import re
from collections.abc import Iterator

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLSchema, NameNode, OperationDefinitionNode

from clients.codegen.problems import Problem, problem_at, source_of
from clients.codegen.types import COMPOSITE, kind_of

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
# Functions would be called like words of a language, or like functions of a package.
_TAKEN_BY_FUNCTIONS = re.compile(
    "AllPages|Await|Break|Case|Catch|Class|Const|Continue|Debugger|Default|Delete|Do|Else|Enum|Export|Extends|False"
    "|Finally|For|Function|If|Implements|Import|In|Instanceof|Interface|Let|Live|New|Null|Package|Private|Protected"
    "|Public|Request|Return|Static|Super|Switch|This|Throw|True|Try|Typeof|Var|Void|While|With|WithKey|Yield"
)
# Types would be called like types that generated modules use.
_TAKEN_BY_TYPES = re.compile(
    "As|AsyncGenerator|Client|Document|Keyed|LiveOptions|NoVariables|Open|Other|Promise|ReadonlyArray|RequestOptions"
)


def name_problems(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Problem]:
    """Everything that is wrong with the names in a document."""
    taken: dict[str, str] = {}
    for node in document.definitions:
        if not isinstance(node, (OperationDefinitionNode, FragmentDefinitionNode)):
            yield problem_at(node, "only operations and fragments belong here")
        elif node.name is None:
            yield problem_at(node, "name this operation: functions and types are called by its name")
        else:
            kind = "fragment" if isinstance(node, FragmentDefinitionNode) else "operation"
            yield from _problems_of(node.name, kind, schema, taken)
            taken[node.name.value] = f"the {kind} in {source_of(node).file}, line {source_of(node).line}"


def _problems_of(node: NameNode, kind: str, schema: GraphQLSchema, taken: dict[str, str]) -> Iterator[Problem]:
    name, type_ = node.value, schema.get_type(node.value)
    if not _NAME.fullmatch(name):
        yield problem_at(node, f"a name like ListGigs is needed for this {kind}: letters and digits, a capital first")
    if name in taken:
        yield problem_at(node, f"this {kind} has the name of {taken[name]}; choose another")
    if type_ is not None and kind_of(type_) not in COMPOSITE:
        yield problem_at(node, f"this {kind} has the name of a type that is generated too; choose another")
    if (_TAKEN_BY_TYPES if kind == "fragment" else _TAKEN_BY_FUNCTIONS).fullmatch(name):
        yield problem_at(node, f"{name} is a word that generated clients use themselves; choose another")
