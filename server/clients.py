"""`python -m server clients`: writes the clients, ours or a partner's, or tells what is out of date."""

import sys
from pathlib import Path

from clients.codegen.output import Folder, own_folders, partner_folders
from clients.codegen.problems import OperationProblems
from clients.codegen.reading import read_api, read_schema

ROOT = Path(__file__).parent.parent
CLIENTS = ROOT / "clients"


def clients_command(sdl: Path, operations: Path | None, out: Path | None, *, is_check: bool) -> int:
    """The exit code. Without folders it is about the packages of this repository."""
    if (operations is None) is not (out is None):
        print("Give --operations and --out together: your operations, and where your clients go.", file=sys.stderr)
        return 2
    try:
        folders = _folders(sdl, operations, out)
    except OperationProblems as problems:
        print(problems, file=sys.stderr)
        return 1
    return _check(folders) if is_check else _write(folders)


def _folders(sdl: Path, operations: Path | None, out: Path | None) -> list[Folder]:
    schema = read_schema(sdl)
    if operations is None or out is None:
        return own_folders(read_api(schema, CLIENTS / "operations", "clients/operations"), CLIENTS)
    return partner_folders(read_api(schema, operations), out)


def _check(folders: list[Folder]) -> int:
    stale = [path for folder in folders for path in folder.stale()]
    for path in stale:
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{shown} is out of date: run `python -m server clients` and commit it.")
    return 1 if stale else 0


def _write(folders: list[Folder]) -> int:
    for folder in folders:
        folder.write()
        shown = folder.path.relative_to(ROOT) if folder.path.is_relative_to(ROOT) else folder.path
        print(f"Wrote {len(folder.files)} files into {shown}.")
    return 0
