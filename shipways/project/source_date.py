"""SOURCE_DATE_EPOCH, as every format can write it.

https://reproducible-builds.org/specs/source-date-epoch/: a malformed value is an error.
"""

from __future__ import annotations

import re

from shipways.errors import ProjectError

VARIABLE = "SOURCE_DATE_EPOCH"
# 2106-02-07: gzip (RFC 1952, MTIME) and rpm have 32 bits without a sign. deb, tar and zip (2107)
# know later times. Those before 1980, which zip does not know, are 1980-01-01 in a wheel, as its
# build tools write them.
LATEST = 2**32 - 1


def stated(text: str) -> int:
    """A value of the variable, in seconds since 1970. Raises `ProjectError` for a wrong one."""
    example = f"For example: {VARIABLE}=$(git log -1 --format=%ct)"
    if not re.fullmatch(r"[0-9]{1,99}", text):
        raise ProjectError(f"{VARIABLE}: {text[:99]!r} is no number of seconds.", hint=example)
    if int(text) > LATEST:
        raise ProjectError(
            f"{VARIABLE}: {text} is too late: gzip and rpm write times from 0 (1970) to {LATEST} "
            "(2106).",
            hint=example,
        )
    return int(text)


def held(seconds: float) -> int:
    """The time of a commit or a file, kept within what all formats can write."""
    return min(max(int(seconds), 0), LATEST)
