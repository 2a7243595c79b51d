"""A real server that speaks S3, for tests of files in a bucket."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import socket

import httpx2
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

BUCKET, FOLDER = "milepost-files", "kept"
_WEED = Path(sys.executable).with_name("weed")
_PATIENCE_SECONDS = 60
_KEYS = {"accessKey": "files", "secretKey": "a secret of the test"}
_HIGHEST_PORT = 50_000
"""Each part of the server listens ten thousand above its port as well."""


@dataclass(frozen=True, slots=True)
class StoreServer:
    """Where it listens, and who may use it."""

    port: int
    log: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}/{FOLDER}?endpoint={self.endpoint}&region=us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": _KEYS["accessKey"], "AWS_SECRET_ACCESS_KEY": _KEYS["secretKey"]}


@contextmanager
def store_server(folder: Path) -> Iterator[StoreServer]:
    """Runs until the block ends, with one bucket in it."""
    (folder / "data").mkdir(parents=True)
    identity = {"name": "tests", "credentials": [_KEYS], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    s3, master, volume, filer = _free_ports(4)
    made = StoreServer(s3, folder / "log")
    command = [_WEED, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=4"]
    ports = [f"-s3.port={s3}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"]
    parts = ["-s3", f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    with made.log.open("wb") as log:
        process = subprocess.Popen(
            [*command, *ports, *parts], stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)}
        )
    try:
        _make_bucket(made, process)
        yield made
    finally:
        process.kill()
        process.wait()


def _make_bucket(server: StoreServer, process: subprocess.Popen[bytes]) -> None:
    """As soon as the server answers: its parts find each other one after the other."""
    keys = server.environment
    signing = S3Store(
        BUCKET,
        config={
            "endpoint": server.endpoint,
            "region": "us-east-1",
            "access_key_id": keys["AWS_ACCESS_KEY_ID"],
            "secret_access_key": keys["AWS_SECRET_ACCESS_KEY"],
        },
        client_options={"allow_http": True},
    )
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            url = obstore.sign(signing, "PUT", "", timedelta(minutes=5))
            if httpx2.put(url).status_code in (200, 409):
                obstore.put(signing, "first", b"first")
                obstore.delete(signing, "first")
                return
        except (BaseError, OSError, httpx2.HTTPError):
            pass
        assert process.poll() is None, server.log.read_text()
        assert time.monotonic() < until, server.log.read_text()
        time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    """Low enough, and all at once, so that they differ."""
    taken = list[socket]()
    try:
        while len(taken) < count:
            one = socket()
            one.bind(("127.0.0.1", 0))
            if one.getsockname()[1] < _HIGHEST_PORT:
                taken.append(one)
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()
