"""Manifests: what they hold, and everything that is wrong with one named at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.trusted_documents import BadManifest, hash_in, hash_of, read_manifest

TEXT = "query GetClock{clock{now}}"
ENTRY = {"name": "GetClock", "id": f"sha256:{hash_of(TEXT)}", "text": TEXT}


def manifest(*operations: Any) -> str:
    return json.dumps({"version": 1, "operations": list(operations)})


def test_documents_are_known_by_the_sha_256_of_their_text() -> None:
    [document] = read_manifest(manifest(ENTRY))
    assert (document.name, document.text, document.hash.hex()) == ("GetClock", TEXT, hash_of(TEXT))


def test_the_manifest_of_our_clients_can_be_read() -> None:
    path = Path(__file__).parents[2] / "clients" / "manifest.json"
    documents = read_manifest(path.read_text())
    assert len({document.hash for document in documents}) == len(json.loads(path.read_text())["operations"])


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2, "operations": []}', '{"version": 1, "operations": {}}'])
def test_what_is_no_manifest_is_said(text: str) -> None:
    with pytest.raises(BadManifest, match=r"^It is no"):
        read_manifest(text)


def test_every_wrong_entry_is_named() -> None:
    with pytest.raises(BadManifest) as wrong:
        read_manifest(manifest(ENTRY, {"name": "Nothing"}, ENTRY | {"text": TEXT + " "}, 5))
    assert str(wrong.value).splitlines() == [
        "Entry 2 has no name, id and text.",
        f"GetClock is not what its id says: the text has the id sha256:{hash_of(TEXT + ' ')}.",
        "Entry 4 has no name, id and text.",
    ]


def test_many_wrong_entries_are_counted() -> None:
    with pytest.raises(BadManifest) as wrong:
        read_manifest(manifest(*range(13)))
    assert str(wrong.value).splitlines()[-1] == "... and 3 more."


def test_an_id_may_have_its_prefix_or_not() -> None:
    hash_ = hash_of(TEXT)
    assert hash_in(f"sha256:{hash_}") == hash_in(hash_) == hash_
    assert [hash_in(text) for text in ("", "sha256:", hash_[1:], hash_.upper(), f"md5:{hash_}")] == [None] * 5
