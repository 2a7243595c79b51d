"""`python -m server clients`: what is checked in is what is written; partners write their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.clients import CLIENTS, ROOT, clients_command

SDL = ROOT / "schema" / "schema.graphql"


def test_what_is_checked_in_is_what_would_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert clients_command(SDL, None, None, is_check=True) == 0, capsys.readouterr().out


def partner(folder: Path, query: str) -> tuple[Path, Path]:
    operations = folder / "operations"
    operations.mkdir()
    (operations / "mine.graphql").write_text(query)
    return operations, folder / "out"


def test_a_partner_gets_a_client_for_operations_of_their_own(tmp_path: Path) -> None:
    operations, out = partner(tmp_path, "# Mine.\nquery Titles { gigs { nodes { title } } }\n")
    assert clients_command(SDL, operations, out, is_check=False) == 0
    assert "export function titles(" in (out / "typescript" / "operations" / "mine.ts").read_text()
    (entry,) = json.loads((out / "manifest.json").read_text())["operations"]
    assert (entry["name"], entry["text"]) == ("Titles", "query Titles{gigs{nodes{title}}}")
    assert clients_command(SDL, operations, out, is_check=True) == 0


def test_writing_again_changes_nothing_and_removes_what_is_no_longer_made(tmp_path: Path) -> None:
    operations, out = partner(tmp_path, "# Mine.\nquery Titles { gigs { nodes { title } } }\n")
    clients_command(SDL, operations, out, is_check=False)
    before = {path: path.read_bytes() for path in out.rglob("*.*")}
    (out / "typescript" / "operations" / "old.ts").write_bytes(
        (out / "typescript" / "operations" / "mine.ts").read_bytes()
    )
    assert clients_command(SDL, operations, out, is_check=True) == 1
    clients_command(SDL, operations, out, is_check=False)
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before


def test_files_that_a_partner_keeps_beside_the_generated_ones_stay(tmp_path: Path) -> None:
    operations, out = partner(tmp_path, "# Mine.\nquery Titles { gigs { nodes { title } } }\n")
    kept = out / "typescript" / "by-hand.ts"
    kept.parent.mkdir(parents=True)
    kept.write_text("export {};\n")
    clients_command(SDL, operations, out, is_check=False)
    assert clients_command(SDL, operations, out, is_check=True) == 0
    assert kept.read_text() == "export {};\n"


def test_a_check_names_every_file_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operations, out = partner(tmp_path, "# Mine.\nquery Titles { gigs { nodes { title } } }\n")
    clients_command(SDL, operations, out, is_check=False)
    changed = out / "typescript" / "index.ts"
    changed.write_text("")
    capsys.readouterr()
    assert clients_command(SDL, operations, out, is_check=True) == 1
    assert capsys.readouterr().out == f"{changed} is out of date: run `python -m server clients` and commit it.\n"


def test_a_mistake_is_reported_at_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    operations, out = partner(tmp_path, "query Titles {\n  gigs { nodes { headline } }\n}\n")
    command = [sys.executable, "-m", "server", "clients", "--operations", str(operations), "--out", str(out)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"{operations}/mine.graphql:2:18: Cannot query field 'headline' on type 'Gig'." in ended.stderr
    assert not out.exists()


def test_one_folder_without_the_other_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clients_command(SDL, tmp_path, None, is_check=False) == 2
    assert capsys.readouterr().err.startswith("Give --operations and --out together")


def test_every_operation_of_ours_says_what_it_is_for() -> None:
    for path in sorted((CLIENTS / "operations").glob("*.graphql")):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if line.startswith(("query", "mutation", "subscription", "fragment")):
                assert lines[number - 1].startswith("# "), f"{path.name}:{number + 1} has no sentence above it"
                assert lines[number - 1].endswith("."), f"{path.name}:{number} is no sentence"
