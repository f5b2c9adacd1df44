"""Why a command failed: the one line of its output that says it, whatever tool it was.

Tools bury the cause: wrappers report last that something below them failed, BuildKit puts times
before lines, pip draws trees, npm prints fields. Each habit is a row of the tables below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TAIL = 30  # lines of output that an error message repeats
REACH = 2000  # lines that are looked at, from the end
WIDTH = 2000  # characters of a line that are looked at
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
TRACEBACK = "Traceback (most recent call last):"

# What stands before a line and is not of it: BuildKit's step and time, build's and pip's frames.
FRAME = re.compile(r"^(?:#\d+ )?(?:\d+\.\d+ )?(?:[<│╰─>▶×]+ +)*")

# A line that says what is wrong.
ERRORS = re.compile(
    r"""
      ^(?:[\w./\[\]-]+:\s?)*(?:\w+\ )?error:                    # GNU, dpkg, rpmbuild, gcc, uv, pip
    | ^ERROR\b.*\S                                              # build, pip, buildx
    | ^E:\s                                                     # apt, mmdebstrap, pybuild
    | ^(?:fatal|cause|Error|\w*Error|[\w.]+(?:Error|Exception)):\s  # git, uv, dnf, node, Python
    | ^Because\s                                                # uv before 0.8
    | :\ error\ processing\                                     # dpkg
    | Error\ response\ from\ daemon:
    | ^make(?:\[\d+\])?:\ \*\*\*\s
    | ^[\w./+-]+:\ .*:\ (?:No\ such\ file\ or\ directory|Permission\ denied|File\ exists
        |Is\ a\ directory|Not\ a\ directory|Read-only\ file\ system|Connection\ refused)$
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A line that says only that something failed, which an earlier line says better.
ECHOES = re.compile(
    r"""
      sub-?process.*(?:returned|status|exited)                 # dpkg, apt, build
    | returned\ (?:non-zero\ )?exit\ (?:code|status)            # debhelper, Python
    | exited\ with\ (?:code|status)
    | did\ not\ complete\ successfully                          # BuildKit
    | ^make(?:\[\d+\])?:\ \*\*\*\ .*\bError\ \d+                # a recipe's command failed
    | Bad\ exit\ status\ from                                   # rpmbuild
    | failed\ with\ exit\ (?:code|status)                       # setuptools, pybuild
    | ^error:\ [a-z]+(?:-[a-z]+)+$                              # pip's names of its own errors
    | ^E:\ (?:mmdebstrap\ failed|apt-get\ .*\ failed$|Some\ index\ files|Unable\ to\ correct)
    | ^E:\ Unable\ to\ fetch\ some
    | Exiting\ with\ failure\ status                            # tar
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A line that says nothing of the cause.
NOISE = re.compile(
    r"""
      ^(?:TIP|hint:|note:|\[notice\]|WARNING:|warning:|See\ |Run\ '|View\ build|Node\.js\ v)
    | ^(?:at\ |\^|-+$|RPM\ build\ errors:|Errors\ were\ encountered)
    | ^npm\ (?:error|ERR!)
    """,
    re.VERBOSE,
)
NPM = re.compile(r"^npm (?:error|ERR!) ")
NPM_FIELD = re.compile(NPM.pattern + r"(?:code|syscall|path|errno|dest)\b")  # the cause follows


@dataclass(frozen=True)
class Line:
    """A line without what stands before it, and what it is good for."""

    text: str
    error: bool

    @property
    def echo(self) -> bool:
        return ECHOES.search(self.text) is not None

    @property
    def noise(self) -> bool:
        return not self.text or (not self.error and NOISE.search(self.text) is not None)


def cause(output: str) -> str:
    """The last line that says what is wrong; "" where a command printed nothing.

    That is the last error which does not just repeat that something failed; without one, the line
    before the first such repetition; without that, the last line of all.
    """
    lines = [line for line in _lines(output) if not line.noise]
    errors = [line.text for line in lines if line.error and not line.echo]
    if errors:
        return errors[-1]
    plain = [line.text for line in _before_echo(lines)]
    return next(reversed(plain), lines[-1].text if lines else "")


def failure(command: str, ended: str, output: str) -> str:
    """What an error says of a failed command: its cause, the command, the end of its output.

    `ended` is how, such as "with status 1"; the first line stands alone where there is room for
    one only.
    """
    told = f"The command was: {command}\nIt ended {ended}"
    if not output.strip():
        return f"{command.split()[0]} ended {ended} and printed nothing.\n{told}."
    return f"{cause(output)}\n{told}:\n{tail(output)}"


def tail(output: str) -> str:
    """The end of an output, as much as an error repeats."""
    return "\n".join(output.rstrip().splitlines()[-TAIL:])


def _before_echo(lines: list[Line]) -> list[Line]:
    """The lines before the first one that repeats a failure."""
    first = next((place for place, line in enumerate(lines) if line.echo), len(lines))
    return lines[:first]


def _lines(output: str) -> Iterator[Line]:
    """All lines; one that ends with a colon goes on in the next, which is indented."""
    before, raw = "", [line.rstrip()[:WIDTH] for line in output.splitlines()[-REACH:]]
    raw = [ESCAPES.sub("", line) for line in raw]
    raised = _raised(raw)
    for place, line in enumerate(raw):
        text = FRAME.sub("", line.strip()).strip()
        after = raw[place + 1] if place + 1 < len(raw) else ""
        if ERRORS.search(text) and text.endswith(":") and after[:1].isspace():
            text = f"{text} {after.strip()}"
        npm = NPM_FIELD.match(before) and NPM.match(text) and not NPM_FIELD.match(text)
        yield Line(text, bool(npm or place in raised or ERRORS.search(text)))
        before = text


def _raised(lines: list[str]) -> set[int]:
    """Where Python's tracebacks end: at the first line that is indented no more than they are."""
    found, indent = set(), -1
    for place, line in enumerate(lines):
        bare = FRAME.sub("", line)
        depth = len(bare) - len(bare.lstrip())
        if bare.strip() == TRACEBACK:
            indent = depth
        elif indent >= 0 and bare.strip() and depth <= indent:
            found.add(place)
            indent = -1
    return found
