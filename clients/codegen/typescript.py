"""The TypeScript writer: scalars, enums, inputs, fragments, a module of operations for each noun, and an index."""

from collections.abc import Iterable, Iterator

from clients.codegen.model import Api, Operation
from clients.codegen.typescript_operations import OperationWriter
from clients.codegen.typescript_text import WIDTH, comment, imports, module, quoted
from clients.codegen.typescript_types import Names, SelectionTypes, enum_lines, input_lines, scalar_lines


def typescript(api: Api, runtime: str = "@milepost/client") -> dict[str, str]:
    """The files by path. `runtime` is where the package is imported from, seen from the folder of the files."""
    return _Package(api, runtime).files()


class _Package:
    def __init__(self, api: Api, runtime: str) -> None:
        self.api = api
        self.names = Names(api)
        self.runtime = runtime

    def files(self) -> dict[str, str]:
        scalars = module(*(scalar_lines(one.name, one.description) for one in self.api.scalars))
        written = {
            "scalars.ts": scalars,
            "enums.ts": self.types_module("enums", (enum_lines(one, self.names) for one in self.api.enums)),
            "inputs.ts": self.types_module("inputs", (input_lines(one, self.names) for one in self.api.inputs)),
            "fragments.ts": self.fragments(),
        }
        nouns = list(dict.fromkeys(one.noun for one in self.api.operations))
        written |= {f"operations/{noun}.ts": self.operations(noun) for noun in nouns}
        # A file without exports is no module.
        written = {path: text for path, text in written.items() if "\nexport " in text}
        paths = sorted(written)
        return {**written, "index.ts": module([f"export * from './{path.removesuffix('.ts')}.js';" for path in paths])}

    def types_module(self, name: str, sections: Iterable[list[str]]) -> str:
        self.names.begin_module()
        written = list(sections)
        self.names.used.pop(name, None)
        return module(self.imports("."), *written)

    def fragments(self) -> str:
        """Of each fragment the type of what it selects, and its text, which documents are put together from."""
        self.names.begin_module()
        sections: list[list[str]] = []
        for one in self.api.fragments:
            types = SelectionTypes(self.names)
            write = types.choice if one.selection.arms else types.interface
            write(one.selection, one.name, one.description)
            words = comment(f"The definition of {one.name}.")
            sections += [*types.sections, [*words, *_constant(f"{one.name}Fragment", one.text)]]
        self.names.used.pop("fragments", None)
        return module(self.imports("."), *sections)

    def operations(self, noun: str) -> str:
        """The functions of a noun, with their documents and types."""
        self.names.begin_module()
        written = [
            section for one in self.of(noun) for section in OperationWriter(self.api, self.names, one).sections()
        ]
        return module(self.imports(".."), *written)

    def of(self, noun: str) -> Iterator[Operation]:
        return (one for one in self.api.operations if one.noun == noun)

    def imports(self, here: str) -> list[str]:
        """The imports of what the module has used; values and types apart."""
        lines: list[str] = []
        runtime = self.runtime if here == "." or not self.runtime.startswith(".") else f"../{self.runtime}"
        for name in sorted(self.names.used):
            source = runtime if name.startswith("runtime") else f"{here}/{name.removesuffix('.value')}.js"
            is_value = name.endswith(".value")
            lines += imports(self.names.used[name], source, only_types=not is_value)
        return lines


def _constant(name: str, text: str) -> list[str]:
    """A string on the line of its name, or below it where it is too long for that."""
    line = f"export const {name}: string = {quoted(text)};"
    return [line] if len(line) <= WIDTH else [f"export const {name}: string =", f"  {quoted(text)};"]
