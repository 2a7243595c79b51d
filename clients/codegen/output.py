"""Which files are generated, and whether those on disk are what would be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clients.codegen.dart import dart, dart_consumer
from clients.codegen.manifest import manifest
from clients.codegen.model import Api
from clients.codegen.typescript import typescript
from clients.codegen.vectors import vectors

DART_LIBRARY = "package:milepost_client/milepost_client.dart"
Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of generated files. Where it is `whole`, everything in it is generated, and what is not is removed."""

    path: Path
    files: Files
    is_whole: bool = True

    def stale(self) -> list[Path]:
        """The files that are missing, different or too many."""
        wrong = [self.path / name for name, text in self.files.items() if _read(self.path / name) != text]
        return sorted(wrong + self._extra())

    def write(self) -> None:
        for name, text in self.files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for path in self._extra():
            path.unlink()

    def _extra(self) -> list[Path]:
        if not self.is_whole or not self.path.is_dir():
            return []
        return [path for path in self.path.rglob("*") if path.is_file() and _name(path, self.path) not in self.files]


def own_folders(api: Api, clients: Path) -> list[Folder]:
    """What belongs to the packages beside this generator."""
    return [
        Folder(clients, {"manifest.json": manifest(api)}, is_whole=False),
        Folder(clients / "vectors", vectors(api), is_whole=False),
        Folder(clients / "typescript" / "src" / "generated", typescript(api, "../runtime/index.js")),
        Folder(clients / "dart" / "lib" / "src" / "generated", dart(api)),
        Folder(clients / "dart" / "test" / "generated", {"exhaustive.dart": dart_consumer(api, DART_LIBRARY)}),
    ]


def partner_folders(api: Api, out: Path) -> list[Folder]:
    """The same for operations of one's own, beside the published packages."""
    return [
        Folder(out, {"manifest.json": manifest(api)}, is_whole=False),
        Folder(out / "typescript", typescript(api)),
        Folder(out / "dart", dart(api)),
    ]


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
