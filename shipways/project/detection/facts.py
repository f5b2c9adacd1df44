"""A fact: one value that is known of a project, where that is said, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Certainty = Literal["stated", "inferred", "assumed"]
RANK: Mapping[str, int] = {"stated": 0, "inferred": 1, "assumed": 2}
TABLES: Mapping[str, type] = {
    "processes": dict, "environment": list, "services": list, "optional-services": list,
    "build-steps": list, "urls": dict,
}  # fmt: skip
"""Keys whose values are found one by one, as "processes.worker": by name, or a list of them."""


@dataclass(frozen=True)
class Fact:
    """What was found. `value` is what JSON can say."""

    key: str
    value: Any
    evidence: str
    """File and line in the project, such as "manage.py:9"; else in words what it comes from."""
    certainty: Certainty = "stated"
    todo: str = ""
    """What only a person can tell, where the value is a proposal; else ""."""


class Facts(Mapping[str, Fact]):
    """Key -> the best fact: the surest one, and of those the one that was found first.

    The best of what `TABLES` names has all that was found below it: `facts["processes"].value` is
    `{"worker": …}`; `facts["processes.worker"]` is one of them.
    """

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._found: dict[str, list[Fact]] = {}
        self.add(facts)

    def add(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            found = self._found.setdefault(fact.key, [])
            if fact not in found:
                found.append(fact)

    def all(self, key: str) -> tuple[Fact, ...]:
        """Everything that was found of a key, the best first."""
        return tuple(sorted(self._found.get(key, ()), key=lambda fact: RANK[fact.certainty]))

    def below(self, table: str) -> dict[str, Fact]:
        """Name -> the best fact, of one of `TABLES`."""
        names = [key for key in self._found if key.startswith(f"{table}.")]
        return {name.removeprefix(f"{table}."): self.all(name)[0] for name in names}

    def value(self, key: str, default: Any = None) -> Any:
        """The best fact's value."""
        return self[key].value if key in self else default

    def __getitem__(self, key: str) -> Fact:
        if key not in TABLES:
            return self.all(key)[0] if key in self._found else _missing(key)
        found = self.below(key)
        if not found:
            _missing(key)
        values = {name: fact.value for name, fact in found.items()}
        return Fact(
            key,
            values if TABLES[key] is dict else list(values.values()),
            ", ".join(dict.fromkeys(fact.evidence for fact in found.values())),
            max((fact.certainty for fact in found.values()), key=lambda name: RANK[name]),
            "\n".join(dict.fromkeys(fact.todo for fact in found.values() if fact.todo)),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(_table(key) for key in self._found))

    def __len__(self) -> int:
        return len({_table(key) for key in self._found})

    def __contains__(self, key: object) -> bool:
        return key in self._found or any(key == _table(one) for one in self._found)


def _table(key: str) -> str:
    head = key.partition(".")[0]
    return head if head in TABLES else key


def _missing(key: str) -> Fact:
    raise KeyError(key)
