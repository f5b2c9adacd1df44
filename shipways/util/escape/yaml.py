"""YAML 1.2 (https://yaml.org/spec/1.2.2/) that 1.1 reads the same, and those who expand in it.

Compose: https://docs.docker.com/reference/compose-file/interpolation/.
nfpm: https://nfpm.goreleaser.com/docs/configuration/#environment-variable-expansion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from shipways.util.escape.common import Language, one_line, plain

# Nothing that could be a number, a date, a truth or nothing, in any version of YAML.
PLAIN = re.compile(
    r"(?!(?:[yn]|yes|no|on|off|true|false|null)$)[A-Za-z_/](?:[\w./-]|:(?=[\w/]))*", re.I | re.A
)
ESCAPED = re.compile(
    r'["\\]|[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]'
)
DOLLAR = "NFPM_DOLLAR"  # nfpm knows no other way to write "$": the variable holds one


def flow(value: object, expand: Callable[[str], str] = str) -> str:
    """A scalar, or a list or mapping in flow style (7.4); `expand` guards against expansion."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return _joined("{}", (f"{flow(k)}: {flow(v, expand)}" for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return _joined("[]", (flow(one, expand) for one in value))
    text = str(value) if isinstance(value, str) else one_line(value)
    text = expand(text)
    return text if PLAIN.fullmatch(text) else f'"{ESCAPED.sub(_code, text)}"'


def arguments(value: object) -> str:
    """The `args` of a container: Kubernetes replaces $(NAME) there, and takes $$ for a $."""
    return flow(value, _compose)


def _joined(brackets: str, members: Iterable[str]) -> str:
    return brackets[0] + ", ".join(members) + brackets[1]


def _code(found: re.Match[str]) -> str:
    """Escapes of 5.7; a character beyond the first plane is one escape, not two as in JSON."""
    one = found.group()
    code = ord(one)
    if one in '"\\':
        return f"\\{one}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _compose(text: str) -> str:
    return text.replace("$", "$$")


def _nfpm(text: str) -> str:
    return text.replace("$", f"${{{DOLLAR}}}")


BARE = plain(r"[A-Za-z0-9_./:@-]+")  # in the middle of a scalar, such as ${NAME:-bare}
YAML = Language("YAML", flow, {"arguments": arguments, "comment": one_line})
COMPOSE = Language(
    "compose file", partial(flow, expand=_compose), {"bare": BARE, "comment": one_line}
)
NFPM = Language("nfpm's YAML", partial(flow, expand=_nfpm), {"as_it_is": flow})
