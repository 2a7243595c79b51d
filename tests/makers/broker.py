"""A real NATS server with JetStream, which tests kill and start again on the same port with the same data."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_SERVER = Path(sys.executable).with_name("nats-server")
_PATIENCE_SECONDS = 10


@dataclass(slots=True)
class Broker:
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        broker = cls(folder, port)
        broker.start()
        try:
            yield broker
        finally:
            broker.kill()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [_SERVER, "--addr", "127.0.0.1", "--port", str(self.port), "--jetstream", "--store_dir", self.folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                # It says who it is to whoever connects.
                with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_SECONDS) as greeted:
                    assert greeted.recv(4) == b"INFO"
                    return
            except ConnectionRefusedError:
                assert self._process.poll() is None, "the broker has ended at its start"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose_everything(self) -> None:
        """As when its disk is gone. It has to be killed before."""
        shutil.rmtree(self.folder)
