"""Where a pin applies: markers (PEP 508, PEP 751) with extras and groups decided, and their sums.

A condition is a set of clauses, any of which is enough; a clause is a set of markers that all hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

Clause = frozenset[str]
Condition = frozenset[Clause]

ALWAYS: Condition = frozenset({frozenset()})
MOST = 24  # clauses; what is longer is taken for always: too much is shipped, never too little
SETS = ("extras", "dependency_groups")  # of which PEP 751 says `"name" in extras`


def narrowed(marker: str, extras: Collection[str], groups: Collection[str] = ()) -> str | None:
    """What is left of a marker when extras and groups are known; "" is always, None is never.

    >>> narrowed("extra == 'a' and os_name == 'nt'", ["a"]), narrowed("extra == 'a'", [])
    ("os_name == 'nt'", None)

    Raises `ValueError` where it is no marker.
    """
    if not marker:
        return ""
    try:
        parsed = Marker(marker)
    except InvalidMarker as error:
        raise ValueError(f"{marker!r} is no marker (PEP 508)") from error
    active = {
        "extra": {canonicalize_name(name) for name in extras},
        "extras": {canonicalize_name(name) for name in extras},
        "dependency_groups": {canonicalize_name(name) for name in groups},
    }
    left = _any(parsed._markers, active)
    return "" if left is True else None if left is False else left


def both(one: Condition, marker: str) -> Condition:
    """A condition under which the marker holds as well."""
    return frozenset(clause | {marker} for clause in one) if marker else one


def either(one: Condition, other: Condition) -> Condition:
    """A condition that is met where one of two is. Clauses that say more than another go."""
    clauses = one | other
    kept = frozenset(clause for clause in clauses if not any(less < clause for less in clauses))
    return kept if len(kept) <= MOST else ALWAYS


def text(condition: Condition) -> str:
    """As a marker; "" is always."""
    if condition >= ALWAYS:
        return ""
    clauses = sorted(" and ".join(map(_grouped, sorted(clause))) for clause in condition)
    return clauses[0] if len(clauses) == 1 else " or ".join(map(_grouped, clauses))


def _grouped(marker: str) -> str:
    return f"({marker})" if " or " in marker else marker


def _any(nodes: Sequence[Any], active: dict[str, set[Any]]) -> bool | str:
    """A list as packaging parses it: operands with "and", which binds first, or "or" between."""
    alternatives: list[list[bool | str]] = [[]]
    for node in nodes:
        if node == "or":
            alternatives.append([])
        elif node != "and":
            inner = _any(node, active) if isinstance(node, list) else _atom(node, active)
            alternatives[-1].append(inner)
    left = [_all(each) for each in alternatives]
    if True in left:
        return True
    return " or ".join(each for each in left if isinstance(each, str)) or False


def _all(values: Sequence[bool | str]) -> bool | str:
    if False in values:
        return False
    return " and ".join(_grouped(each) for each in values if isinstance(each, str)) or True


def _atom(node: tuple[Any, Any, Any], active: dict[str, set[Any]]) -> bool | str:
    """One comparison: decided where it is about extras or groups, else its text."""
    left, operator, right = node
    told = [str(part.value) for part in (left, right) if type(part).__name__ == "Value"]
    named = [str(part.value) for part in (left, right) if type(part).__name__ == "Variable"]
    if not told or named[0] not in active:
        return " ".join(part.serialize() for part in node)
    holds = canonicalize_name(told[0]) in active[named[0]]
    return holds if operator.value in ("==", "in") else not holds
