"""The Dart writer: enums, inputs, fragments, a library of operations for each noun, and one that exports them all."""

import re
from collections.abc import Iterable

from clients.codegen.dart_answers import Answers, Union
from clients.codegen.dart_classes import ClassNames
from clients.codegen.dart_consumer import consumer
from clients.codegen.dart_inputs import enum_lines, input_lines
from clients.codegen.dart_names import is_money
from clients.codegen.dart_operations import OperationWriter
from clients.codegen.dart_text import HEADER, module
from clients.codegen.dart_values import MONEY_INPUT, enum_class, input_class
from clients.codegen.model import Api, Fragment, InputType, Operation

RUNTIME = "package:milepost_client/runtime.dart"


def dart(api: Api) -> dict[str, str]:
    """The files by path; `api.dart` exports the others."""
    return _Package(api).files()


def dart_consumer(api: Api, library: str) -> str:
    """A program that switches over every enum and union without a default: it compiles only while all are complete."""
    package = _Package(api)
    package.files()
    return consumer(api, library, package.unions, package.writers)


class _Package:
    def __init__(self, api: Api) -> None:
        self.api = api
        self.names = ClassNames(api)
        self.homes: dict[str, str] = {}
        self.unions: list[Union] = []
        self.writers: list[OperationWriter] = []

    def files(self) -> dict[str, str]:
        inputs = [one for one in self.api.inputs if self._is_written(one)]
        for home, classes in (
            ("enums.dart", (enum_class(one.name) for one in self.api.enums)),
            ("inputs.dart", (input_class(one.name) for one in inputs)),
        ):
            self.homes |= dict.fromkeys(classes, home)
        fragments = self._fragments()
        nouns = list(dict.fromkeys(one.noun for one in self.api.operations))
        operations = {
            f"{noun}.dart": self._operations(one for one in self.api.operations if one.noun == noun) for noun in nouns
        }
        sections = {
            "enums.dart": [enum_lines(one) for one in self.api.enums],
            "inputs.dart": [input_lines(one) for one in inputs],
            "fragments.dart": fragments,
            **{f"operations/{name}": one for name, one in operations.items()},
        }
        written = {path: self._module(path, lines) for path, lines in sections.items() if lines}
        exports = [f"export '{path}';" for path in sorted(written)]
        return {**written, "api.dart": "\n".join([HEADER, *exports, ""])}

    def _fragments(self) -> list[list[str]]:
        answers = Answers(self.api, self.names)
        for one in self._in_order(self.api.fragments):
            if not is_money(one.selection):
                name = self.names.of_fragment(one)
                words = one.description or f"The fragment {one.name}."
                answers.write(one.selection, name, name, words, is_fragment=True)
        self._finish(answers, "fragments.dart")
        return answers.sections

    def _in_order(self, fragments: Iterable[Fragment]) -> list[Fragment]:
        """Those that others consist of come first, so that what they hold has its name."""
        ordered: dict[str, Fragment] = {}
        for one in fragments:
            spread = (self.api.fragment(name) for name in one.selection.spreads)
            ordered |= {inner.name: inner for inner in (*self._in_order(spread), one) if inner.name not in ordered}
        return list(ordered.values())

    def _operations(self, operations: Iterable[Operation]) -> list[list[str]]:
        answers = Answers(self.api, self.names)
        for one in operations:
            writer = OperationWriter(self.api, answers, one)
            writer.write()
            self.writers.append(writer)
        self.unions += answers.unions
        return answers.sections

    def _finish(self, answers: Answers, home: str) -> None:
        self.unions += answers.unions
        classes = re.findall(r"^(?:sealed |final )?class (\w+)", "\n".join(map("\n".join, answers.sections)), re.M)
        self.homes |= dict.fromkeys(classes, home)

    def _is_written(self, type_: InputType) -> bool:
        """Whether an input needs a class: not the runtime's Money, and not those whose fields operations take."""
        if type_.name == MONEY_INPUT:
            return False
        only_taken_apart = {one.variables[0].type.name for one in self.api.operations if one.input is not None}
        used = {field.type.name for one in self.api.inputs for field in one.fields}
        used |= {
            one.type.name for operation in self.api.operations if operation.input is None for one in operation.variables
        }
        return type_.one_of or type_.name in used or type_.name not in only_taken_apart

    def _module(self, path: str, sections: list[list[str]]) -> str:
        """A library that imports what it names."""
        text = "\n".join("\n".join(one) for one in sections)
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("///"))
        used = {self.homes[word] for word in set(re.findall(r"\b[A-Z]\w*", code)) if word in self.homes}
        up = "../" if "/" in path else ""
        return module([RUNTIME, *(f"{up}{one}" for one in used if one != path)], *sections)
