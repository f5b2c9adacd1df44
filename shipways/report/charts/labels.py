"""Labels of a drawing, moved to where they cover nothing."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

LETTER = 7.4  # width of a letter, in the units of the drawing


def clear_whiskers(root: Element) -> None:
    """Move the values of bars beyond the whiskers that show their spread."""
    ends = {}
    for group in root.iter("g"):
        if group.get("class") == "ci":
            for path in group.iter("path"):
                numbers = [float(number) for number in re.findall(r"[\d.]+", path.get("d", ""))]
                ends[round(numbers[1])] = max(numbers[::2])
    for text in root.iter("text"):
        if text.get("class") == "value":
            middle = round(float(text.get("y", "0")) - 4)
            near = [ends[line] for line in (middle - 1, middle, middle + 1) if line in ends]
            text.set("x", str(max([float(text.get("x", "0")), *(end + 6 for end in near)])))


def place_labels(root: Element) -> None:
    """Put each label where it covers neither a point nor another label."""
    dots = [(float(dot.get("cx", "0")), float(dot.get("cy", "0"))) for dot in root.iter("circle")]
    taken = [(x - 6, x + 6, y) for x, y in dots]
    labels = (node for node in root.iter("text") if node.get("class") == "label")
    for node, (x, y) in zip(labels, dots, strict=True):
        width = LETTER * len(node.text or "")
        places = [(x + 9, y), (x - 9 - width, y)]
        places += [(x + 9, y + down) for down in (-9, 9, -18, 18)]
        places += [(x - 9 - width, y + down) for down in (-9, 9)]
        places += [(x + 9, y + step * 11) for step in range(3, 3 + len(dots))]
        left, middle = next((place for place in places if _free(*place, width, taken)), places[0])
        taken.append((left, left + width, middle))
        node.set("x", f"{left:.1f}")
        node.set("y", f"{middle + 4:.1f}")


def _free(left: float, y: float, width: float, taken: list[tuple[float, float, float]]) -> bool:
    return all(
        abs(y - other) >= 11 or left + width < start or left > end for start, end, other in taken
    )
