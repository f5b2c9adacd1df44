"""The project's version as each ecosystem writes it: in PEP 440's order, in legal characters.

No two versions that PEP 440 tells apart are written alike. All functions take a version as PEP 440
has it and raise `InvalidVersion` for any other text.
"""

from __future__ import annotations

import hashlib
import re

from packaging.version import Version

MAX_EPOCH = 2**31 - 1  # dpkg's; rpm's is twice that
RELEASE_LENGTH = 3  # numbers that every release is written with at least
LOCAL_DIGITS = str.maketrans("0123456789", "ABCDEFGHIJ")
TAG_LIMIT = 128  # characters of an image's tag
LABEL_LIMIT = 63  # characters of a host's name (RFC 1123) and of a label's value in Kubernetes


def epoch(version: str) -> int:
    """The epoch, which dpkg and rpm have in common with PEP 440; 0 is written nowhere.

    >>> epoch("2!1.0"), epoch("1.0")
    (2, 0)
    """
    return Version(version).epoch


def upstream(version: str) -> str:
    """All but the epoch, as dpkg and rpm sort it: upstream_version, and Version.

    Debian Policy 5.6.12 and rpm-version(7) have letters, digits, ".", "+" and "~" in common, and
    both sort "~" below the end. dpkg sorts "+" below ".", rpm a word below a number: so what begins
    with "+" and a word comes before the next release. Hence:

    - the release has three numbers or more, without zeros at its end beyond those: 1.0 and 1.0.0,
      which PEP 440 holds for equal, are both 1.0.0
    - before it come `~~dev1`, `~a1`, `~b1`, `~rc1`; `~dev1` of one of these comes before that one
    - after it come `+local`, `+post1~dev1`, `+post1`, in this order, and then the next release

    >>> upstream("1.0.dev3"), upstream("1!1.0rc1.dev2"), upstream("1.0.post1+abc.5")
    ('1.0.0~~dev3', '1.0.0~rc1~dev2', '1.0.0+post1+local+abc0.5')
    """
    found = Version(version)
    text = ".".join(map(str, _release(found)))
    if found.pre:
        text += "~" + "".join(map(str, found.pre))
    if found.post is not None:
        text += f"+post{found.post}"
    if found.dev is not None:
        first = found.pre is None and found.post is None
        text += f"{'~~' if first else '~'}dev{found.dev}"
    return text + _local(found)


def debian(version: str) -> str:
    """Epoch and upstream version, as a .deb's Version has them in front of the revision.

    >>> debian("1!2.0.0"), debian("2.0.0")
    ('1:2.0.0', '2.0.0')
    """
    return f"{epoch(version)}:{upstream(version)}" if epoch(version) else upstream(version)


def file_part(version: str) -> str:
    """A part of the name of a file that we name: no "!", by which bash recalls commands.

    >>> file_part("1!1.0+abc.1")
    '1_1.0+abc.1'
    """
    return str(Version(version)).replace("!", "_")


def tag(version: str) -> str:
    """An image's tag: letters, digits, "_", "." and "-" (OCI distribution specification).

    >>> tag("1!1.0+abc.1")
    '1_1.0-abc.1'
    """
    return _within(file_part(version).replace("+", "-"), TAG_LIMIT)


def label(version: str) -> str:
    """The value of a label in Kubernetes: as a tag, and shorter."""
    return _within(tag(version), LABEL_LIMIT)


def host_part(version: str, beside: int = 0) -> str:
    """The end of a host's or an object's name (RFC 1123) that has `beside` characters besides.

    >>> host_part("1!1.0+abc.1")
    '1---1-0--abc-1'
    """
    text = str(Version(version)).replace("!", "---").replace("+", "--").replace(".", "-")
    return _within(text, LABEL_LIMIT - beside)


def _release(found: Version) -> list[int]:
    """The numbers of the release, so that those that are equal have the same ones."""
    numbers = list(found.release)
    while len(numbers) > RELEASE_LENGTH and not numbers[-1]:
        numbers.pop()
    return numbers + [0] * (RELEASE_LENGTH - len(numbers))


def _local(found: Version) -> str:
    """The local version: words sort below numbers, and digits of a word below its letters.

    A word's digits are therefore written as capitals: "g1f" -> "gBf". dpkg has nothing between the
    end of a word and another letter but a number: a 0 closes a word that is not the last.
    """
    if not found.local:
        return ""
    segments = [
        f".{segment}" if segment.isdigit() else f"+{segment.translate(LOCAL_DIGITS)}"
        for segment in found.local.split(".")
    ]
    return "+local" + re.sub(r"(\+\w+)(?=[+.])", r"\g<1>0", "".join(segments))


def _within(text: str, limit: int) -> str:
    """What is too long loses its end, and has a mark of the whole in its place."""
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return text if len(text) <= limit else f"{text[: limit - len(mark) - 1]}-{mark}"
