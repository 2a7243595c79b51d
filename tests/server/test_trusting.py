"""`trust`: the command from a manifest to what is trusted, and the clients that come along."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest

from domain.trusted_documents import hash_of, read_manifest
from persistence.trusted_documents import releases, texts
from server.trust_arguments import add_trust_arguments
from server.trusting import OUR_NAME, OURS, trust_command, trust_our_clients
from tests.world import World

CLOCK, VIEWER = "query GetClock{clock{now}}", "query Me{viewer{user{email}}}"


def _chosen(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    add_trust_arguments(parser)
    return parser.parse_args(arguments)


def _manifest(folder: Path, *documents: str, **changes: Any) -> str:
    entries = [
        {"name": f"Some{nth}", "id": f"sha256:{hash_of(text)}", "text": text} | changes
        for nth, text in enumerate(documents)
    ]
    path = folder / "manifest.json"
    path.write_text(json.dumps({"version": 1, "operations": entries}))
    return str(path)


async def test_a_release_is_added_listed_and_retired(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = world.database.url
    for release, documents in (("1.0", [CLOCK]), ("1.1", [CLOCK, VIEWER])):
        chosen = _chosen(_manifest(tmp_path, *documents), "--client", "web", "--release", release)
        assert await trust_command(url, chosen) == 0
    assert sorted(await texts(world.database)) == [CLOCK, VIEWER]
    assert await trust_command(url, _chosen("--client", "web", "--release", "1.1", "--retire")) == 0
    assert await texts(world.database) == [CLOCK]
    assert await trust_command(url, _chosen("--client", "web", "--release", "1.1", "--retire")) == 1
    assert await trust_command(url, _chosen()) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:4] == [
        "Trusting 1 documents of web 1.0.",
        "Trusting 2 documents of web 1.1.",
        "Retired web 1.1.",
        "There is no release web 1.1 that is trusted.",
    ]
    assert [line.split(", added")[0] for line in said[4:]] == ["web 1.0: 1 documents", "web 1.1: 2 documents"]
    assert ", retired " in said[5]


async def test_a_release_that_was_retired_can_be_trusted_again(world: World, tmp_path: Path) -> None:
    chosen = _chosen(_manifest(tmp_path, CLOCK), "--client", "web", "--release", "1.0")
    for arguments in (chosen, _chosen("--client", "web", "--release", "1.0", "--retire"), chosen):
        assert await trust_command(world.database.url, arguments) == 0
    assert await texts(world.database) == [CLOCK]


@pytest.mark.parametrize(
    ("documents", "changes", "said"),
    [
        (["query A{nowhere}"], {}, "Some0: Cannot query field 'nowhere' on type 'Query'."),
        (["query A{"], {}, "Some0: Syntax Error: Expected Name, found <EOF>."),
        ([CLOCK], {"text": VIEWER}, f"Some0 is not what its id says: the text has the id sha256:{hash_of(VIEWER)}."),
    ],
)
async def test_a_manifest_that_is_wrong_is_refused_as_a_whole(
    world: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    documents: list[str],
    changes: dict[str, str],
    said: str,
) -> None:
    chosen = _chosen(_manifest(tmp_path, *documents, **changes), "--client", "web", "--release", "1.0")
    assert await trust_command(world.database.url, chosen) == 1
    assert said in capsys.readouterr().out
    assert await releases(world.database) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--client", "web"],
        ["--client", "web", "--release", "1"],
        ["m.json"],
        ["m.json", "--client", "web", "--release", "1", "--retire"],
    ],
)
async def test_half_of_what_is_needed_is_said(
    world: World, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert await trust_command(world.database.url, _chosen(*arguments)) == 1
    assert capsys.readouterr().out.startswith("Name a --client and its --release")


async def test_our_own_clients_are_trusted_once_for_each_build(world: World) -> None:
    for _ in range(2):
        await trust_our_clients(world.database, world.clock.now())
    [release] = await releases(world.database)
    documents = read_manifest(OURS.read_text())
    assert (release.client, release.documents) == (OUR_NAME, len(documents))
    assert sorted(await texts(world.database)) == sorted(one.text for one in documents)
