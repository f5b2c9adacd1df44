"""What measuring makes of each claim: holds, partly, fails or unknown, by a stated rule.

Here are the rules of what the verified targets tell; `trials` has the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shipways.claims.judgement import (
    CONTAINERS,
    ENGINE,
    MILD,
    PROBES,
    Best,
    Judgement,
    Remark,
    Row,
    Rows,
    end,
    number,
    sides,
    unknown,
)
from shipways.claims.trials import density, moving
from shipways.messages import mark as _
from shipways.results import Claim

CLAIMS = {
    "delivery": _("Containers deliver an application quickly."),
    "commands": _("The commands are almost the same on every system."),
    "moving": _("Moving to another server means just carrying the project over."),
    "isolation": _("The project is isolated: nothing in it can get at the host."),
    "density": _("Many containers can run on one machine."),
}


def judge(claim: Claim) -> Judgement:
    """The judgement by the claim's own rule; of an unknown claim its own verdict, unexplained."""
    rule = RULES.get(claim.id)
    return rule(claim.measurement) if rule else Judgement(claim.verdict)


def delivery(rows: Rows) -> Judgement:
    """Quick: the best container's first response is no later than that of the best other format,
    or within the spread of their runs. Light: it has no more to receive than the lightest other.

    Both: holds. One of them: partly. None: fails.
    """
    ours, others = sides(rows, "first_response_s")
    light, least = sides(rows, "transfer_bytes")
    if not (ours and others and light and least):
        return unknown("verify", rows, "first_response_s")
    quick = end(rows, ours, "quickest_s") <= end(rows, others, "slowest_s")
    remarks = [
        Remark(
            _(
                "%(ours)s first answers %(value)s after the first command, the quickest other "
                "format, %(other)s, after %(least)s."
            ),
            _pair(ours, others, "seconds"),
        ),
        Remark(
            _(
                "%(ours)s has to receive %(value)s, the lightest other format, %(other)s, "
                "%(least)s."
            ),
            _pair(light, least, "bytes"),
        ),
    ]
    if not all("slowest_s" in rows[best.name] for best in (ours, others)):
        remarks.append(Remark(_("Not measured often enough to know the spread.")))
    won = [quick, light.value <= least.value].count(True)
    return Judgement(("fails", "partly", "holds")[won], tuple(remarks))


def commands(rows: Rows) -> Judgement:
    """A command differs when it was not typed on all of a format's systems, or calls the package
    manager of one family of systems, which the others do not have.

    Holds when none of a container's commands differs and it was installed on two systems or more;
    partly when none differs, but one system alone has shown it, or when fewer of its commands
    differ, as a share, than of any other format's; else fails.
    """
    shares = {name: _share(row) for name, row in rows.items()}
    known = {name: share for name, share in shares.items() if share is not None}
    ours = {name: share for name, share in known.items() if name in CONTAINERS}
    others = {name: share for name, share in known.items() if name not in CONTAINERS}
    if not ours or not others:
        return unknown("verify", rows, "different_commands")
    shown = max(number(rows[name], "systems") or 0 for name in ours)
    same = not any(ours.values())
    fewer = max(ours.values()) < min(others.values())
    verdict = "holds" if same and shown > 1 else "partly" if same or fewer else "fails"
    return Judgement(verdict, tuple(_commands_told(rows, ours, others, shown)))


def _commands_told(
    rows: Rows, ours: Mapping[str, float], others: Mapping[str, float], shown: float
) -> Iterator[Remark]:
    for name in (*ours, *others):
        yield Remark(
            _("%(name)s: %(all)s, of which %(different)s differ from system to system."),
            {
                "name": ("text", name),
                "all": ("commands", rows[name]["commands"]),
                "different": ("count", rows[name]["different_commands"]),
            },
        )
    if shown < 2:
        yield Remark(_("Containers were tried on one kind of system only."))
    yield ENGINE


def isolation(rows: Rows) -> Judgement:
    """Holds when an intruder in a container's process could do nothing to the host of all that was
    tried; to reach other machines or see the users' names harms the host itself in nothing. Partly
    when they could do something, but less than in the least confined other format. Else fails.
    """
    breaches = {name: breached(row) for name, row in rows.items() if _probed(row)}
    ours = {name: deeds for name, deeds in breaches.items() if name in CONTAINERS}
    others = {name: deeds for name, deeds in breaches.items() if name not in CONTAINERS}
    if not ours:
        return unknown("verify", rows, "gain_root")
    worst = max(len(deeds) for deeds in ours.values())
    least = max((len(deeds) for deeds in others.values()), default=0)
    verdict = "holds" if not worst else "partly" if worst < least else "fails"
    return Judgement(verdict, tuple(_isolation_told(rows, ours, others)))


def breached(row: Row) -> list[str]:
    """What an intruder could do to the host."""
    return [name for name in PROBES if name not in MILD and row.get(name) is True]


def _isolation_told(
    rows: Rows, ours: Mapping[str, list[str]], others: Mapping[str, list[str]]
) -> Iterator[Remark]:
    safe = [name for name, deeds in ours.items() if not deeds]
    tried = max(sum(key in rows[name] and key not in MILD for key in PROBES) for name in ours)
    if safe:
        yield Remark(
            _(
                "Attacks on the host from inside the app's process: %(number)s, of which none "
                "succeeded in: %(names)s."
            ),
            {"number": ("count", tried), "names": ("names", safe)},
        )
    open_ = [key for key in MILD if any(rows[name].get(key) is True for name in ours)]
    if open_:
        yield Remark(_("Still possible there: %(deeds)s."), {"deeds": ("deeds", open_)})
    if alike := [name for name, deeds in others.items() if not deeds]:
        yield Remark(
            _("As well confined without a container: %(names)s."), {"names": ("names", alike)}
        )
    for name, deeds in {**ours, **others}.items():
        if deeds:
            values = {"name": ("text", name), "deeds": ("deeds", deeds)}
            yield Remark(_("In %(name)s the intruder could: %(deeds)s."), values)


def _share(row: Row) -> float | None:
    """How much of a format's commands differs."""
    typed, different = number(row, "commands"), number(row, "different_commands")
    return None if not typed or different is None else different / typed


def _pair(ours: Best, others: Best, unit: str) -> dict[str, tuple[str, object]]:
    return {
        "ours": ("text", ours.name),
        "value": (unit, ours.value),
        "other": ("text", others.name),
        "least": (unit, others.value),
    }


def _probed(row: Row) -> bool:
    return any(isinstance(row.get(name), bool) for name in PROBES)


RULES: Mapping[str, Callable[[Rows], Judgement]] = {
    "delivery": delivery,
    "commands": commands,
    "moving": moving,
    "isolation": isolation,
    "density": density,
}
