"""Operations in Dart: values with their variables, that know their document and how to read its answer."""

from dataclasses import dataclass

from clients.codegen.dart_answers import Answers
from clients.codegen.dart_inputs import (
    Parameter,
    constructor,
    map_getter,
    parameters_of_input,
    parameters_of_variables,
)
from clients.codegen.dart_names import field_name, operation_class
from clients.codegen.dart_text import arrow, arrow_call, comment, getter, listed, map_literal, members, quoted
from clients.codegen.dart_values import dart_type, read
from clients.codegen.model import Api, Operation, OperationKind, Page, Selection

KEY_FIELD = "idempotencyKey"
_SUFFIXES = {OperationKind.QUERY: "Result", OperationKind.MUTATION: "Result", OperationKind.SUBSCRIPTION: "Message"}


@dataclass(slots=True)
class OperationWriter:
    """Writes one operation's class; those of its answer go to `answers`."""

    api: Api
    answers: Answers
    operation: Operation

    def write(self) -> None:
        place = len(self.answers.sections)
        lines = self._lines()
        self.answers.sections.insert(place, lines)

    def parameters(self) -> list[Parameter]:
        """What the constructor takes: the variables, or the fields of the only one; never the idempotency key."""
        if self.operation.input is None:
            return parameters_of_variables(self.operation.variables)
        name = self.operation.variables[0].type.name
        type_ = next(one for one in self.api.inputs if one.name == name)
        if type_.one_of:
            return parameters_of_variables(self.operation.variables)
        return parameters_of_input(type_, for_operation=True, without=KEY_FIELD)

    def _lines(self) -> list[str]:
        one, parameters = self.operation, self.parameters()
        class_ = operation_class(one.name)
        answer, reading = self._outcome() if one.outcome is not None and self._has_both() else self._answer()
        parent, extra = self._parent(answer, parameters)
        return [
            *comment(one.description or f"The operation {one.name}."),
            f"final class {class_} extends {parent} {{",
            *members(
                constructor(class_, parameters, "Takes what the operation asks for."),
                *(parameter.field() for parameter in parameters),
                getter("String", "name", quoted(one.name)),
                getter("String", "document", quoted(one.text)),
                getter("String", "hash", quoted(one.sha256)),
                self._variables(parameters),
                ["  @override", *reading],
                *extra,
            ),
            "}",
        ]

    def _variables(self, parameters: list[Parameter]) -> list[str]:
        entries = [one.entry() for one in parameters]
        if self.operation.input is None or (parameters and parameters[0].key == self.operation.input):
            return map_getter("variables", entries)
        if not entries:
            return map_getter("variables", [("", f"'{self.operation.input}'", "const <String, Object?>{}")])
        inner = map_literal(f"'{self.operation.input}': ", entries, ",", "    ")
        return ["  @override", "  Map<String, Object?> get variables => {", *inner, "  };"]

    def _parent(self, answer: str, parameters: list[Parameter]) -> tuple[str, list[list[str]]]:
        """The class that is extended, and the members that it asks for besides."""
        one = self.operation
        if one.kind is OperationKind.SUBSCRIPTION:
            return f"Subscription<{answer}>", self._resuming(answer)
        if one.idempotency is not None:
            return f"Mutation<{answer}>", [getter("Idempotency", "idempotency", f"Idempotency.{one.idempotency}")]
        if one.page is not None:
            entry = dart_type(one.page.entry, self._class_of_entry(one.page))
            return f"PagedQuery<{answer}, {entry}>", [
                self._slice(one.page, answer, entry),
                self._next(one.page, parameters),
            ]
        return f"Query<{answer}>", []

    def _has_both(self) -> bool:
        """Whether the payload and the only refusal are selected: then the runtime's Outcome says it all."""
        one = self.operation
        selected = one.root.selection.arms if one.root is not None and one.root.selection is not None else ()
        outcome = one.outcome
        return outcome is not None and {arm.type_name for arm in selected} == {outcome.payload, *outcome.refusals[:1]}

    def _outcome(self) -> tuple[str, list[str]]:
        one, root = self.operation, self.operation.root
        assert one.outcome is not None
        assert root is not None
        assert root.selection is not None
        arms = {arm.type_name: arm for arm in root.selection.arms}
        payload_type, refusal_type = one.outcome.payload, one.outcome.refusals[0]
        payload = self._class_of(arms[payload_type], f"{one.name}Payload", f"What {one.name} has changed.")
        refusal = self._class_of(arms[refusal_type], f"{one.name}Refusal", "Why not.")
        answer = f"Outcome<{payload}, {refusal}>"
        entries = [
            f"data[{quoted(root.key)}]",
            f"payload: '{payload_type}'",
            f"readPayload: {payload}.fromJson",
            f"refusal: '{refusal_type}'",
            f"readRefusal: {refusal}.fromJson",
        ]
        return answer, arrow_call(f"{answer} read(Json data)", "Outcome.read", entries, "  ")

    def _answer(self) -> tuple[str, list[str]]:
        """The type of the answer, and how it is read: the value of the only field, or an object of all."""
        one, root = self.operation, self.operation.root
        if root is None:
            answer = self._class_of(one.selection, f"{one.name}Result", f"The answer to {one.name}.")
            return answer, arrow(f"{answer} read(Json data)", f"{answer}.fromJson(data)", "  ")
        named = None
        if root.selection is not None:
            words = root.description or f"The answer to {one.name}."
            named = self._class_of(root.selection, f"{one.name}{_SUFFIXES[one.kind]}", words)
        answer = dart_type(root.type, named)
        reading = read(root.type, f"data[{quoted(root.key)}]", named)
        return answer, arrow(f"{answer} read(Json data)", reading, "  ")

    def _class_of(self, selection: Selection, name: str, description: str) -> str:
        return self.answers.class_of(selection, name, self.operation.name, description)

    def _resuming(self, answer: str) -> list[list[str]]:
        live = self.operation.live
        if live is None or live.after is None or live.cursor is None:
            return []
        dot = "?." if answer.endswith("?") else "."
        cursor = arrow(f"String? cursorOf({answer} message)", f"message{dot}{field_name(live.cursor)}", "  ")
        parts = [getter("String?", "afterVariable", quoted(live.after)), ["  @override", *cursor]]
        if live.gap is not None:
            gap = f"message{dot}{field_name(live.gap)}{' ?? false' if dot == '?.' else ''}"
            parts.append(["  @override", *arrow(f"bool isGap({answer} message)", gap, "  ")])
        return parts

    def _class_of_entry(self, page: Page) -> str:
        """The class that was written for the entries, found where their type was named."""
        names = self.answers.names
        fragment = names.fragment_of(page.selection)
        if fragment is not None:
            return names.of_fragment(fragment)
        return names.written[page.selection]

    def _slice(self, page: Page, answer: str, entry: str) -> list[str]:
        path, expression = list(page.path), "answer"
        is_nullable = answer.endswith("?")
        selection = self.operation.selection
        for depth, key in enumerate(path):
            field = next(one for one in selection.fields if one.key == key)
            assert field.selection is not None
            selection = field.selection
            if depth > 0 or self.operation.root is None:
                expression += f"{'?.' if is_nullable else '.'}{field_name(key)}"
                is_nullable = is_nullable or field.type.nullable
        head = f"Slice<{entry}> sliceOf({answer} answer)"
        if not is_nullable:
            return ["  @override", *arrow_call(head, "Slice", _parts_of(page, expression), "  ")]
        return [
            "  @override",
            f"  {head} => switch ({expression}) {{",
            "    null => const Slice.none(),",
            *listed("final list => Slice(", _parts_of(page, "list"), "),", "    "),
            "  };",
        ]

    def _next(self, page: Page, parameters: list[Parameter]) -> list[str]:
        given = [f"{one.name}: {'cursor' if one.key == page.after else one.name}" for one in parameters]
        name = operation_class(self.operation.name)
        return ["  @override", *arrow_call(f"{name} next(String cursor)", name, given, "  ")]


def _parts_of(page: Page, connection: str) -> list[str]:
    """What a slice is made of."""
    first, *rest = page.entries
    entries = f"{connection}.{field_name(first)}"
    if rest:
        entries = f"[for (final edge in {entries}) edge.{field_name(rest[0])}]"
    info = f"{connection}.pageInfo"
    return [entries, f"hasNext: {info}.hasNextPage", f"endCursor: {info}.endCursor"]
