"""The names of all classes of a package: no two are equal, and what a fragment holds is named once."""

from dataclasses import dataclass, field

from clients.codegen.dart_names import class_name, operation_class
from clients.codegen.dart_values import enum_class, input_class
from clients.codegen.model import Api, Fragment, Selection


@dataclass(slots=True)
class ClassNames:
    """Hands out names.

    `within` remembers what the objects that a class holds are called, by class and key; `written` the class that was
    last written for a selection.
    """

    api: Api
    taken: set[str] = field(default_factory=set)
    within: dict[tuple[str, str], str] = field(default_factory=dict)
    written: dict[Selection, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.taken |= {enum_class(one.name) for one in self.api.enums}
        self.taken |= {input_class(one.name) for one in self.api.inputs}
        self.taken |= {operation_class(one.name) for one in self.api.operations}
        self.taken |= {self.of_fragment(one) for one in self.api.fragments}

    def of_fragment(self, fragment: Fragment) -> str:
        return class_name(fragment.name, fragment.selection.type_name)

    def fragment_of(self, selection: Selection) -> Fragment | None:
        """The fragment that a selection is, where it is just one."""
        if selection.arms:
            return next((one for one in self.api.fragments if _is_same_union(one.selection, selection)), None)
        return self.api.fragment(selection.spreads[0]) if len(selection.spreads) == 1 and not selection.own else None

    def new(self, name: str, more: str) -> str:
        """A name that nobody has, with another word where that is needed."""
        for candidate in (name, f"{name}{more}", *(f"{name}{number}" for number in range(2, 100))):
            if class_name(candidate, "") == candidate and candidate not in self.taken:
                self.taken.add(candidate)
                return candidate
        raise AssertionError(f"a hundred classes are called {name}")


def _is_same_union(one: Selection, other: Selection) -> bool:
    return (one.type_name, one.fields, one.arms) == (other.type_name, other.fields, other.arms)
