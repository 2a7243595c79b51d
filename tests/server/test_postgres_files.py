"""Directories in which the embedded PostgreSQL refuses to work, and that it says why and changes nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from server.embedded import EmbeddedPostgres, EmbeddedPostgresError, default_data_dir


def test_a_directory_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match="is not empty and holds no Milepost database"):
        EmbeddedPostgres(tmp_path).__enter__()
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert tmp_path.stat().st_uid == os.geteuid()


def test_a_directory_out_of_reach_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    # Root may enter any directory, but the account it runs PostgreSQL as may not.
    out_of_reach, reason = (
        (tmp_path / "inside", "cannot reach") if os.geteuid() == 0 else (Path("/root/x"), "cannot be")
    )
    with pytest.raises(EmbeddedPostgresError, match=reason):
        EmbeddedPostgres(out_of_reach).__enter__()


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match=r"thesis\.txt cannot be used by this user \(File exists\)"):
        EmbeddedPostgres(tmp_path / "thesis.txt").__enter__()


def test_a_directory_that_cannot_be_created_is_refused() -> None:
    with pytest.raises(EmbeddedPostgresError, match="/proc/milepost cannot be created"):
        EmbeddedPostgres(Path("/proc/milepost")).__enter__()


def test_a_url_before_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="is not running"):
        print(EmbeddedPostgres(tmp_path).url)


def test_the_data_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DATA_DIR", "/srv/milepost")
    assert default_data_dir() == Path("/srv/milepost")
