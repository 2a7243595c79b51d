"""Fixtures of files: a server that speaks S3, once for all tests that need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.store_server import StoreServer, store_server


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    folder: Path = tmp_path_factory.mktemp("bucket")
    with store_server(folder / "server") as server:
        yield server
