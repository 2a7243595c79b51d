"""The manifest of trusted documents: what every operation is called, its text, and the hash by which it is known."""

import json

from clients.codegen.model import Api


def manifest(api: Api) -> str:
    """As JSON; entries in the order of their names."""
    operations = [
        {"name": one.name, "type": one.kind.value, "noun": one.noun, "id": f"sha256:{one.sha256}", "text": one.text}
        for one in sorted(api.operations, key=lambda one: one.name)
    ]
    return json.dumps({"version": 1, "operations": operations}, indent=2, ensure_ascii=False) + "\n"
