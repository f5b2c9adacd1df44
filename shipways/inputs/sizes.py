"""What an artifact holds, by its parts: so that a larger one can be told by what has grown."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shipways.inputs.stages import Inputs, name_of


def contents(inputs: Inputs, uses: Sequence[str]) -> dict[str, int]:
    """Part -> bytes unpacked, for a format that uses these stages of `inputs`.

    Where dependencies are inside, the parts are the app and each of them; where the app is alone,
    its own folders and files. Bytecode, metadata of the format and a base image are no parts.
    """
    if "bundle" in uses:
        return dict(inputs.bundle.contents)
    if "image_wheelhouse" in uses:
        wheels = (inputs.wheel, *inputs.image_wheelhouse)
        return {name_of(wheel): unpacked(wheel) for wheel in wheels}
    return parts_of(inputs.wheel) if "distributions" in uses else {}


def unpacked(wheel: Path) -> int:
    """Bytes of a wheel's files, unpacked."""
    return sum(parts_of(wheel).values())


def parts_of(wheel: Path) -> dict[str, int]:
    """Bytes of a wheel's files, unpacked, by the first two steps of their paths."""
    sums: Counter[str] = Counter()
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            sums["/".join(member.filename.split("/")[:2])] += member.file_size
    return dict(sums)
