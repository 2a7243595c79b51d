"""An operation in TypeScript: what it takes and answers, its document, and the functions that run it."""

from collections.abc import Iterator

from clients.codegen.model import Api, IdempotencyPlace, Operation, OperationKind, Page
from clients.codegen.typescript_text import comment, declaration, listed, quoted, union
from clients.codegen.typescript_types import Names, SelectionTypes, reference


class OperationWriter:
    """Writes one operation."""

    def __init__(self, api: Api, names: Names, operation: Operation) -> None:
        self.api = api
        self.names = names
        self.operation = operation
        self.types = SelectionTypes(names)
        self.function = operation.name[0].lower() + operation.name[1:]
        self.is_live = operation.kind is OperationKind.SUBSCRIPTION
        self.has_required = any(one.required for one in operation.variables)

    def sections(self) -> Iterator[list[str]]:
        """Variables, the types of the answer, the document, the function, and a function for all pages."""
        result = self.result()
        yield self.variables()
        yield from self.types.sections
        yield self.document(result)
        yield self.run(result)
        if self.operation.page is not None:
            yield self.all_pages(self.operation.page)

    def variables(self) -> list[str]:
        """The interface of the variables, where there are any but an input."""
        if not self.operation.variables or self.operation.input is not None:
            return []
        lines = [*comment(f"What {self.function} takes."), f"export interface {self.variables_type()} {{"]
        for one in self.operation.variables:
            lines += comment(one.description, "  ")
            lines.append(f"  readonly {one.name}{'' if one.required else '?'}: {reference(one.type, self.names)};")
        return [*lines, "}"]

    def variables_type(self) -> str:
        """The type of the document's variables."""
        if not self.operation.variables:
            return self.names.use("runtime", "NoVariables")
        if self.operation.input is not None:
            return f"{{ readonly {self.operation.input}: {self.input_type()} }}"
        return f"{self.operation.name}Variables"

    def input_type(self) -> str:
        return reference(self.operation.variables[0].type, self.names)

    def result(self) -> str:
        """Adds the types of the answer; returns the name of the type of what the function returns."""
        operation, root = self.operation, self.operation.root
        name, words = f"{operation.name}Result", f"What {self.function} answers."
        if root is None:
            return self.types.interface(operation.selection, self.names.claim(name), words)
        if root.selection is None:
            text = reference(root.type, self.names)
        elif root.type.nullable or root.type.item is not None:
            part = self.types.name_of(root.selection, f"{operation.name}{root.type.name}", root.description)
            text = reference(root.type, self.names, part)
        else:
            text = self.types.name_of(root.selection, name, words)
            if self.types.sections:
                return text
        claimed = self.names.claim(name)
        self.types.sections.insert(0, [*comment(words), *union(f"export type {claimed} =", text.split(" | "))])
        return claimed

    def document(self, result: str) -> list[str]:
        operation = self.operation
        generic = [result, self.variables_type(), *([f"'{operation.root.key}'"] if operation.root else [])]
        type_ = self.names.use("runtime", "Document")
        lines = [f"  name: '{operation.name}',", f"  kind: '{operation.kind.value}',", *self.parts()]
        if operation.root is not None:
            lines.append(f"  root: '{operation.root.key}',")
        if operation.idempotency in (IdempotencyPlace.INPUT, IdempotencyPlace.HEADER):
            lines.append(f"  key: '{operation.idempotency.value}',")
        if operation.live is not None and operation.live.after is not None:
            lines.append(f"  resume: {{ after: '{operation.live.after}', cursor: '{operation.live.cursor}' }},")
        declared = f"export const {operation.name}Document: {type_}<"
        return [*comment(f"The document of {self.function}."), *declaration(declared, generic, lines)]

    def parts(self) -> list[str]:
        """The texts of the document: those of fragments by name, because documents share them."""
        texts = [self.names.use("fragments.value", f"{one}Fragment") for one in self.operation.fragments]
        texts.insert(self.operation.place, quoted(self.operation.definition))
        return listed("parts: [", texts, "],", "  ")

    def run(self, result: str) -> list[str]:
        """The function of the operation's name."""
        operation = self.operation
        run = self.names.use("runtime.value", "live" if self.is_live else "request")
        returned = f"AsyncGenerator<{result}, void, undefined>" if self.is_live else f"Promise<{result}>"
        parameters, passed = self.parameters()
        root = operation.root
        words = [operation.description, root.description if root is not None else ""]
        return [
            *comment("\n\n".join(dict.fromkeys(words)), deprecation=root.deprecation if root is not None else None),
            *listed(f"export function {self.function}(", parameters, f"): {returned} {{"),
            *listed(f"return {run}(", ["client", f"{operation.name}Document", passed, "options"], ");", "  "),
            "}",
        ]

    def parameters(self) -> tuple[list[str], str]:
        """The function's parameters, and the expression for the document's variables."""
        operation = self.operation
        client = f"client: {self.names.use('runtime', 'Client')}"
        options = f"options?: {self.names.use('runtime', 'LiveOptions' if self.is_live else 'RequestOptions')}"
        if not operation.variables:
            return [client, options], "{}"
        if operation.input is None:
            return [client, self.given_variables(), options], "variables"
        type_ = self.input_type()
        if operation.idempotency is IdempotencyPlace.INPUT:
            with_key = self.names.use("runtime.value", "withKey")
            keyed = f"input: {self.names.use('runtime', 'Keyed')}<{type_}>"
            return [client, keyed, options], f"{{ {operation.input}: {with_key}(input) }}"
        fields = next(one.fields for one in self.api.inputs if one.name == type_)
        default = "" if any(one.required for one in fields) else " = {}"
        passed = "{ input }" if operation.input == "input" else f"{{ {operation.input}: input }}"
        return [client, f"input: {type_}{default}", options], passed

    def given_variables(self) -> str:
        return f"variables: {self.variables_type()}{'' if self.has_required else ' = {}'}"

    def all_pages(self, page: Page) -> list[str]:
        """The function that goes through all pages."""
        run = self.names.use("runtime.value", "allPages")
        entry = reference(page.entry, self.names, self.types.chosen(page.selection))
        parameters = ["client: Client", self.given_variables(), "options?: RequestOptions"]
        document, after = f"{self.operation.name}Document", f"'{page.after}'"
        passed = ["client", document, "variables", after, f"(data) => {self.connection(page)}", "options"]
        returned = f"AsyncGenerator<{entry}, void, undefined>"
        words = f"{self.operation.description}\n\nEntry by entry from there on; pages are asked for as they are needed."
        return [
            *comment(words),
            *listed(f"export function {self.function}All(", parameters, f"): {returned} {{"),
            *listed(f"return {run}(", passed, ");", "  "),
            "}",
        ]

    def connection(self, page: Page) -> str:
        """The way from what the function answers to the connection."""
        expression, selection, nullable = "data", self.operation.selection, False
        for key in page.path:
            field = next(one for one in selection.fields if one.key == key)
            assert field.selection is not None, "a connection lies behind objects"
            if field is not self.operation.root:
                expression = f"{expression}{'?.' if nullable else '.'}{key}"
            selection, nullable = field.selection, field.type.nullable
        return expression
