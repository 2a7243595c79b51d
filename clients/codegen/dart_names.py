"""Names in Dart: of classes, fields and enum members, without what the language, the runtime or Flutter has taken."""

import re

from clients.codegen.model import Selection, TypeKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that cannot name a field, a parameter or a variable of a pattern.
KEYWORDS = _words(
    "as assert await break case catch class const continue default do else enum extends false final finally for if in"
    " is new null rethrow return super switch this throw true try var void when while with yield"
)
# What every object of an answer has besides its fields.
DATA_MEMBERS = frozenset({"fields", "raw", "hashCode", "runtimeType", "toString", "noSuchMethod", "fromJson", "json"})
# What every operation has besides its variables.
OPERATION_MEMBERS = _words(
    "name document hash variables variablesWith read idempotency sliceOf next afterVariable cursorOf isGap hashCode"
    " runtimeType toString noSuchMethod"
)
ENUM_MEMBERS = frozenset({"index", "name", "values", "wire", "unknown", "hashCode", "runtimeType", "fromJson"})
# Classes of the runtime, of Dart's core and of Flutter's widgets that an app would otherwise have to hide.
TAKEN_CLASSES = _words(
    "Action AnswerCache ApiData ApiEnum ApiInput Builder Cancellation Date DateTime Decimal Done Duration Enum Error"
    " Exception Failure Fault Fetch Form Function Future Idempotency Int64 IncomingAnswer Json List LiveData LiveEvent"
    " LiveInterrupted LiveResumed Map MemoryCache Money Mutation Never Null Object Operation Opt Outbox Outcome"
    " OutgoingRequest Page PagedQuery Pattern Query Record Refused Result RetryPolicy Route Set Slice State Stream"
    " String Subscription Success Symbol Table Text TextSocket Title Transport Type UnknownOutcome UploadTarget Uri"
    " Widget"
)
MONEY_KEYS = {"amountMinor", "currency", "decimal"}


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def lower_camel(value: str) -> str:
    """`WALLET_AVAILABLE` as `walletAvailable`."""
    first, *rest = value.lower().split("_")
    return first + "".join(pascal(one) for one in rest)


def singular(name: str) -> str:
    """What one entry of a list is called, as far as spelling tells."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not re.search(r"(ss|us|is)$", name) else name


def field_name(key: str) -> str:
    return _free(key, DATA_MEMBERS)


def variable_name(name: str) -> str:
    return _free(name, OPERATION_MEMBERS)


def input_name(name: str) -> str:
    return _free(name, frozenset({"toJson", "hashCode", "runtimeType", "toString"}))


def member_name(value: str) -> str:
    """The member of an enum's value. A value that is called UNKNOWN is not the member for what is unknown."""
    return _free(lower_camel(value), ENUM_MEMBERS)


def class_name(name: str, instead: str) -> str:
    """The name, or `instead` where it would be in the way."""
    if name not in TAKEN_CLASSES:
        return name
    return instead if instead not in TAKEN_CLASSES else f"{name}Data"


def operation_class(name: str) -> str:
    return class_name(name, f"{name}Operation")


def is_money(selection: Selection) -> bool:
    """Whether the runtime's Money holds all that is selected."""
    keys = {field.key for field in selection.fields if field.key == field.name and not field.conditional}
    return (
        selection.type_name == "Money"
        and selection.type_kind is TypeKind.OBJECT
        and {"amountMinor", "currency"} <= keys <= MONEY_KEYS
        and len(keys) == len(selection.fields)
    )


def _free(name: str, taken: frozenset[str]) -> str:
    return f"{name}Value" if name in KEYWORDS or name in taken else name
