"""A page of the reference: root fields with their arguments, refusals and examples; types with their fields."""

import json
from collections.abc import Iterator, Mapping
from html import escape

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from clients.reference.examples import Example
from clients.reference.grouping import Grouping, Page
from clients.reference.markup import Links, table

_TITLES = {
    OperationType.QUERY: "Queries",
    OperationType.MUTATION: "Mutations",
    OperationType.SUBSCRIPTION: "Subscriptions",
}
_LISTS = ("Connection", "Edge")
_MOST_EXAMPLES = 3
"""Of a field; those that ask for little else come first."""


class Pages:
    """Writes the main part of pages."""

    def __init__(self, grouping: Grouping, examples: list[Example]) -> None:
        self.grouping, self.links = grouping, Links(grouping)
        self._examples = examples

    def page(self, page: Page) -> str:
        types = [self.grouping.schema.type_map[name] for name in page.types]
        roots = [(title, [name for one, name in page.roots if one is kind], kind) for kind, title in _TITLES.items()]
        lists = [one for one in types if one.name.endswith(_LISTS)]
        sections = [(title, [self.root(kind, name) for name in names]) for title, names, kind in roots]
        sections.append(("Types", [self.type(one) for one in types if one not in lists]))
        sections.append(("Lists", [self.type(one) for one in lists]))
        shown = [(title, parts) for title, parts in sections if parts]
        contents = "".join(f'<a href="#{title}">{title}</a> ' for title, _ in shown)
        about = self.grouping.schema.type_map.get(page.name)
        return "\n".join(
            [
                f"<h1>{page.name}</h1>{self.links.prose(about.description if about else '')}",
                f'<nav class="contents" aria-label="On this page">{contents}</nav>',
                *(f'<section><h2 id="{title}">{title}</h2>{"".join(parts)}</section>' for title, parts in shown),
            ]
        )

    def root(self, kind: OperationType, name: str) -> str:
        """A query, mutation or subscription."""
        root = self.grouping.schema.get_root_type(kind)
        assert root is not None, "the grouping lists only fields that are there"
        field, coordinate = root.fields[name], f"{root.name}.{name}"
        fitting = [one for one in self._examples if one.kind == kind.value and name in one.fields]
        shown = sorted(fitting, key=lambda one: len(one.fields))[:_MOST_EXAMPLES]
        return (
            f'<article id="{coordinate}"><h3>{self._anchor(coordinate, name)}{_deprecated(field)}</h3>'
            f"{self.links.prose(field.description)}"
            f"<p>Returns {self.links.type(field.type)}</p>{self._takes(field)}"
            f"{''.join(self._example(one) for one in shown)}</article>"
        )

    def _takes(self, field: GraphQLField) -> str:
        """Arguments; where the only one is an input object, its fields."""
        arguments: Mapping[str, GraphQLArgument | GraphQLInputField] = field.args
        caption = "Arguments"
        only = get_named_type(next(iter(field.args.values())).type) if len(field.args) == 1 else None
        if isinstance(only, GraphQLInputObjectType):
            arguments, caption = only.fields, f"Fields of the input, {self.links.to(only.name)}"
        if not arguments:
            return ""
        rows = (
            f'<tr><th scope="row"><code>{name}</code>{_required(one)}{_deprecated(one)}</th>'
            f"<td>{self.links.type(one.type)}</td><td>{self.links.words(one.description)}</td></tr>"
            for name, one in arguments.items()
        )
        return table(caption, ("Name", "Type", "What it means"), rows)

    def _example(self, example: Example) -> str:
        variables = json.dumps(example.variables, indent=2) if example.variables else ""
        given = f"<h5>Variables</h5><pre tabindex=0><code>{escape(variables)}</code></pre>" if variables else ""
        return (
            f"<details class=example><summary>Example: {escape(example.name)}</summary>"
            f"<p>{self.links.words(example.about)}</p>"
            f"<pre tabindex=0><code>{escape(example.text)}</code></pre>{given}"
            f'<p><a class="button" href="/explorer?example={example.name}">Open in the explorer</a></p></details>'
        )

    def type(self, type_: GraphQLNamedType) -> str:
        return (
            f'<article id="{type_.name}"><h3>{self._anchor(type_.name, type_.name)} <small>{_kind(type_)}</small></h3>'
            f"{self.links.prose(type_.description)}{''.join(self._inside(type_))}</article>"
        )

    def _inside(self, type_: GraphQLNamedType) -> Iterator[str]:
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            if type_.interfaces:
                yield f"<p>Is a {', '.join(self.links.to(one.name) for one in type_.interfaces)}.</p>"
            yield self._fields(type_.name, type_.fields)
        elif isinstance(type_, GraphQLInputObjectType):
            yield self._fields(type_.name, type_.fields)
        elif isinstance(type_, GraphQLUnionType):
            yield f"<p>One of {', '.join(self.links.to(one.name) for one in type_.types)}.</p>"
        elif isinstance(type_, GraphQLEnumType):
            rows = (
                f'<tr id="{type_.name}.{name}"><th scope="row">{self._anchor(f"{type_.name}.{name}", name)}'
                f"{_deprecated(one)}</th><td>{self.links.words(one.description)}</td></tr>"
                for name, one in type_.values.items()
            )
            yield table("Values", ("Value", "What it means"), rows)
        elif isinstance(type_, GraphQLScalarType) and type_.specified_by_url:
            where = escape(type_.specified_by_url)
            yield f'<p>Specified at <a href="{where}">{where}</a>.</p>'

    def _fields(self, owner: str, fields: Mapping[str, GraphQLField] | Mapping[str, GraphQLInputField]) -> str:
        rows = (
            f'<tr id="{owner}.{name}"><th scope="row">{self._anchor(f"{owner}.{name}", name)}{_required(one)}'
            f"{_deprecated(one)}</th><td>{self.links.type(one.type)}</td>"
            f"<td>{self.links.words(one.description)}{self._arguments(one)}</td></tr>"
            for name, one in fields.items()
        )
        return table("Fields", ("Name", "Type", "What it means"), rows)

    def _arguments(self, field: GraphQLField | GraphQLInputField) -> str:
        if isinstance(field, GraphQLInputField) or not field.args:
            return ""
        shown = ", ".join(f"<code>{name}</code> {self.links.type(one.type)}" for name, one in field.args.items())
        return f'<span class="arguments">Takes {shown}</span>'

    def _anchor(self, coordinate: str, text: str) -> str:
        return f'<a class="anchor" href="#{coordinate}"><code>{text}</code></a>'


def _kind(type_: GraphQLNamedType) -> str:
    kinds = {
        GraphQLObjectType: "type",
        GraphQLInterfaceType: "interface",
        GraphQLInputObjectType: "input",
        GraphQLUnionType: "union",
        GraphQLEnumType: "enum",
        GraphQLScalarType: "scalar",
    }
    return next(word for class_, word in kinds.items() if isinstance(type_, class_))


def _required(one: object) -> str:
    is_argument = isinstance(one, GraphQLArgument) and is_required_argument(one)
    is_field = isinstance(one, GraphQLInputField) and is_required_input_field(one)
    return ' <span class="mark">required</span>' if is_argument or is_field else ""


def _deprecated(one: object) -> str:
    reason = getattr(one, "deprecation_reason", None)
    return f' <span class="mark old">deprecated: {escape(reason)}</span>' if reason else ""
