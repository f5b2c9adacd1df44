"""Text that others wrote: licences, READMEs, locks, metadata. Its encoding is theirs to choose.

What is no UTF-8 is read as Windows-1252, of which ISO 8859-1 is a part (but for control codes):
older Western files are that, and a name in another script comes out wrong but stops nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

MARKS = (  # byte order marks; that of UTF-32 begins like UTF-16's, so it comes first
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PLAIN = ("utf-8", "cp1252", "iso-8859-1")  # the last one takes any byte


def read_text(path: Path) -> str:
    """A file's text, with "\\n" at the end of each line. Raises what reading a file raises."""
    return decode(path.read_bytes())


def decode(content: bytes) -> str:
    """The same of bytes. It never fails.

    >>> decode(b"Ren\\xe9\\r\\n"), decode(b"\\xef\\xbb\\xbfRen\\xc3\\xa9")
    ('René\\n', 'René')
    """
    text = next(filter(None, _readings(content)), "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _readings(content: bytes) -> Iterator[str]:
    """The text by each encoding that it can be in, the likeliest first; "" is none."""
    marked = [(mark, name) for mark, name in MARKS if content.startswith(mark)]
    attempts = [(content.removeprefix(mark), name) for mark, name in marked[:1]]
    attempts += [(content, name) for name in PLAIN]
    for data, name in attempts:
        try:
            yield data.decode(name)
        except UnicodeDecodeError:
            continue
