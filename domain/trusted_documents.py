"""Trusted documents: operations of released clients, known by the SHA-256 of their text; and manifests of them."""

import hashlib
import json
import re
from dataclasses import dataclass

PREFIX = "sha256:"
_HEX = re.compile("[0-9a-f]{64}")
_SHOWN = 10


class BadManifest(ValueError):
    """A manifest that cannot be taken as it is. The message names all that is wrong, for people."""


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """One operation with all its fragments, as clients send it."""

    name: str
    text: str

    @property
    def hash(self) -> bytes:
        return bytes.fromhex(hash_of(self.text))


def hash_of(text: str) -> str:
    """In hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_in(document_id: str) -> str | None:
    """The hash, in hex, that an id names: with its prefix or without; None where it is no such id."""
    found = document_id.removeprefix(PREFIX)
    return found if _HEX.fullmatch(found) else None


def read_manifest(text: str) -> list[TrustedDocument]:
    """The documents of a manifest as `python -m server clients` writes it; BadManifest for anything else."""
    try:
        manifest = json.loads(text)
    except ValueError as error:
        raise BadManifest(f"It is no JSON: {error}.") from error
    operations = manifest.get("operations") if isinstance(manifest, dict) and manifest.get("version") == 1 else None
    if not isinstance(operations, list):
        raise BadManifest('It is no manifest of version 1: {"version": 1, "operations": [{"name", "id", "text"}]}.')
    problems = [problem for nth, one in enumerate(operations) if (problem := _problem(nth, one))]
    if problems:
        more = [f"... and {len(problems) - _SHOWN} more."] if len(problems) > _SHOWN else []
        raise BadManifest("\n".join(problems[:_SHOWN] + more))
    return [TrustedDocument(one["name"], one["text"]) for one in operations]


def _problem(nth: int, given: object) -> str | None:
    """What is wrong with an entry, if anything is."""
    match given:
        case {"name": str(name), "id": str(id_), "text": str(text)}:
            expected = PREFIX + hash_of(text)
            return None if id_ == expected else f"{name} is not what its id says: the text has the id {expected}."
    return f"Entry {nth + 1} has no name, id and text."
