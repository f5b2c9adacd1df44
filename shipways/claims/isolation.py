"""The project is isolated: nothing in it can get at the host."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipways.claims.base import Claim, Measurements
from shipways.claims.verdict import Judgement, Remark, Row, Rows, unknown
from shipways.results import FormatRecord, TargetRecord
from shipways.util.messages import mark as _

PROBES = {  # known probes of an intruder in the app's process; True: it could
    "read_home": _("read other users' files"),
    "read_secrets": _("read the system's secrets"),
    "see_processes": _("see other processes"),
    "signal_others": _("end other processes"),
    "write_system": _("write to the system"),
    "gain_root": _("become root"),
    "mount": _("mount file systems"),
    "list_users": _("list the system's users"),
    "connect_out": _("connect to other machines"),
}
# Names alone, and other machines: neither is a breach of the host's isolation.
MILD = ("list_users", "connect_out")


def from_target(_record: FormatRecord, target: TargetRecord) -> Measurements:
    """What an intruder in the app's process could do, as tried from inside it."""
    return {name: target.probes[name] for name in PROBES if name in target.probes}


def judge(rows: Rows, ours: Collection[str]) -> Judgement:
    """Holds when an intruder in a container's process could do nothing to the host of all that was
    tried; to reach other machines or see the users' names harms the host itself in nothing. Partly
    when they could do something, but less than in the least confined other format. Else fails.
    """
    breaches = {name: breached(row) for name, row in rows.items() if _probed(row)}
    own = {name: deeds for name, deeds in breaches.items() if name in ours}
    others = {name: deeds for name, deeds in breaches.items() if name not in ours}
    if not own:
        return unknown("verify", rows, ours, "gain_root")
    worst = max(len(deeds) for deeds in own.values())
    least = max((len(deeds) for deeds in others.values()), default=0)
    verdict = "holds" if not worst else "partly" if worst < least else "fails"
    return Judgement(verdict, tuple(_told(rows, own, others)))


def breached(row: Row) -> list[str]:
    """What an intruder could do to the host."""
    return [name for name in PROBES if name not in MILD and row.get(name) is True]


def _told(
    rows: Rows, own: Mapping[str, list[str]], others: Mapping[str, list[str]]
) -> Iterator[Remark]:
    safe = [name for name, deeds in own.items() if not deeds]
    tried = max(sum(key in rows[name] and key not in MILD for key in PROBES) for name in own)
    if safe:
        yield Remark(
            _(
                "Attacks on the host from inside the app's process: %(number)s, of which none "
                "succeeded in: %(names)s."
            ),
            {"number": ("count", tried), "names": ("names", safe)},
        )
    open_ = [key for key in MILD if any(rows[name].get(key) is True for name in own)]
    if open_:
        yield Remark(_("Still possible there: %(deeds)s."), {"deeds": ("deeds", open_)})
    if alike := [name for name, deeds in others.items() if not deeds]:
        yield Remark(
            _("As well confined without a container: %(names)s."), {"names": ("names", alike)}
        )
    for name, deeds in {**own, **others}.items():
        if deeds:
            values = {"name": ("text", name), "deeds": ("deeds", deeds)}
            yield Remark(_("In %(name)s the intruder could: %(deeds)s."), values)


def _probed(row: Row) -> bool:
    return any(isinstance(row.get(name), bool) for name in PROBES)


CLAIM = Claim(
    "isolation",
    _("The project is isolated: nothing in it can get at the host."),
    judge,
    from_target=from_target,
)
