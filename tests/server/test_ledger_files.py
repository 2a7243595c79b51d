"""`export-ledger`: the file it writes, what it says of it, and arguments that make no sense."""

import csv
import hashlib
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from server.export_arguments import add_export_arguments
from server.ledger_files import export_command
from tests.makers.earnings import earn, trade_of
from tests.world import World


def chosen(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    add_export_arguments(parser)
    return parser.parse_args(arguments)


async def test_the_command_writes_a_file_and_says_its_sha_256(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100_000, 5_000)
    path, organization = tmp_path / "ledger.csv", f"org_{issuer.organization_id.hex}"
    arguments = chosen("--organization", organization, "--account", "WALLET_AVAILABLE", "-o", str(path))
    assert await export_command(world.database.url, arguments) == 0
    data = path.read_bytes()
    assert capsys.readouterr().err == f"{hashlib.sha256(data).hexdigest()}  {path}  (1 entries)\n"
    rows = list(csv.DictReader(data.decode().splitlines()))
    assert [(row["record"], row["credit"]) for row in rows] == [("ENTRY", "950.00"), ("TOTAL", "950.00")]


async def test_a_period_and_json_lines_can_be_chosen(world: World, tmp_path: Path) -> None:
    issuer = await world.freelancer_side()
    await earn(world, await trade_of(world, issuer), 100)
    path = tmp_path / "ledger.jsonl"
    whole, nothing = ("--to", "2999-01-01"), ("--to", "2000-01-01T00:00:00Z")
    counts = []
    for period in (whole, nothing):
        assert await export_command(world.database.url, chosen(*period, "--format", "jsonl", "-o", str(path))) == 0
        counts.append(len(path.read_text().splitlines()))
    assert counts == [7, 0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "yesterday"), "yesterday is no instant; give one such as 2026-03-01"),
        (("--format", "xml"), "xml is no format; give csv or jsonl"),
        (("--account", "CASH"), "CASH is no account; give one of PROVIDER_CASH, "),
        (("--organization", "org_1"), "org_1 is no organization; give its id, org_ and 32 hex digits"),
    ],
)
def test_wrong_arguments_say_what_is_right(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        chosen(*arguments)
    assert said in capsys.readouterr().err
