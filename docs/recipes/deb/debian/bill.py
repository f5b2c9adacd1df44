"""Writes the package's bill of materials: debian/bill.json and what the package depends on.

    python3 debian/bill.py debian/PACKAGE TARGET

Runs after dh_gencontrol, which has just resolved the dependencies. Python's own library is enough.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

FIELDS = ("Pre-Depends", "Depends")


def main(package: str, target: str) -> None:
    bill = json.loads(Path("debian/bill.json").read_text(encoding="utf-8"))
    control = Path(package, "DEBIAN/control").read_text(encoding="utf-8")
    add(bill, relations(HeaderParser().parsestr(control)))
    path = Path(package, target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    path.chmod(0o644)


def relations(control: Message) -> dict[str, list[str]]:
    """Name -> relations as the package states them; of alternatives the first is what is wanted."""
    found: dict[str, list[str]] = {}
    for field in FIELDS:
        for relation in filter(None, re.split(r"\s*,\s*", control.get(field, "").strip())):
            found.setdefault(re.split(r"[\s:(|]", relation)[0], []).append(relation)
    return found


def add(bill: dict[str, Any], wanted: dict[str, list[str]]) -> None:
    """Each package as a component that the app depends on."""
    app = bill["metadata"]["component"]["bom-ref"]
    parts = [component(name, stated) for name, stated in sorted(wanted.items())]
    refs = [part["bom-ref"] for part in parts]
    bill["components"] = parts
    bill["dependencies"] = [{"ref": app, "dependsOn": refs}, *({"ref": ref} for ref in refs)]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, bill["serialNumber"] + json.dumps(parts))
    bill["serialNumber"] = serial.urn


def component(name: str, stated: list[str]) -> dict[str, Any]:
    url = f"pkg:deb/debian/{name.replace('+', '%2B')}"
    return {
        "bom-ref": url,
        "name": name,
        "properties": [{"name": "debian:depends", "value": relation} for relation in stated],
        "purl": url,
        "type": "library",
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
