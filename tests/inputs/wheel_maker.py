"""Wheels as PEP 427 describes them, made in a moment."""

from __future__ import annotations

import base64
import hashlib
import stat
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def make_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str | bytes] | None = None,
    tag: str = "py3-none-any",
    *,
    version: str = "1.0",
    requires: Sequence[str] = (),
    requires_python: str = "",
    modes: Mapping[str, int] | None = None,
) -> Path:
    """A wheel with a console script; `files` may take the place of its metadata."""
    info = f"{name}-{version}.dist-info"
    stated = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    stated += [f"Requires-Dist: {one}\n" for one in requires]
    stated += [f"Requires-Python: {requires_python}\n"] if requires_python else []
    content: dict[str, str | bytes] = {
        f"{info}/METADATA": "".join(stated),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
        **(files or {}),
    }
    raw = {
        path: text if isinstance(text, bytes) else text.encode() for path, text in content.items()
    }
    rows = []
    for path, data in raw.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(data)}")
    raw[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    wheel = folder / f"{name}-{version}-{tag}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as made:
        for path, data in raw.items():
            member = zipfile.ZipInfo(path)
            member.external_attr = (stat.S_IFREG | (modes or {}).get(path, 0o644)) << 16
            made.writestr(member, data)
    return wheel
