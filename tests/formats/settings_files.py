"""Settings files that are hard to read: what systemd.exec(5), EnvironmentFile= says, and worse."""

from __future__ import annotations

import random

# (content, what the service gets of it). Documented: comments, continued lines, quotes, escapes.
TABLE: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"", {}),
    (b"A=1", {"A": "1"}),
    (b"A=1\nB=2\n", {"A": "1", "B": "2"}),
    (b"# A=1\n; B=2\n\n  # C=3\n\t;D=4\n E=5\n", {"E": "5"}),
    (b"A=1 # no comment\n", {"A": "1 # no comment"}),
    (b"A=1\nA=2\n", {"A": "2"}),
    (b"A=1\nA=\n", {"A": ""}),
    (b"A =  a  b \t\n", {"A": "a  b"}),
    (b"A='a  b  '\n", {"A": "a  b  "}),
    (b"nonsense\nA=b=c\n=x\n==y\n", {"A": "b=c"}),
    (b"export A=1\n1A=1\nA-B=1\nA.B=1\n\xc3\xa9=1\n_A=1\n", {"_A": "1"}),
    (b"A=one\\\ntwo\nB=one \\\n two\n", {"A": "onetwo", "B": "one  two"}),
    (b"A=one\\\n# two\n", {"A": "one# two"}),
    (b"A=one\\", {"A": "one"}),
    (b"A=\\\n", {"A": ""}),
    (b"A=a\\tb\\\\c\\'d\\\"e\\$f\n", {"A": "atb\\c'd\"e$f"}),
    (b"A=trailing\\ \nB= \\ leading\nC=a\\  \n", {"A": "trailing ", "B": " leading", "C": "a "}),
    (b"A='a \\ \"b\" $c'\n", {"A": 'a \\ "b" $c'}),
    (b"A='one\ntwo\\\nthree'\n", {"A": "one\ntwo\\\nthree"}),
    (b'A="one\ntwo\\\nthree"\n', {"A": "one\ntwothree"}),
    (b'A="\\" \\\\ \\$ \\` \\n \\t \\\' #"\n', {"A": "\" \\ $ ` \\n \\t \\' #"}),
    (b"A=$HOME ${HOME} `id` %n\n", {"A": "$HOME ${HOME} `id` %n"}),
    (b"A='a'\"b\"c\nB='a' \"b\"  c d\n", {"A": "abc", "B": "abc d"}),
    (b"A=a'b'\"c\"\nB=it's\n", {"A": "a'b'\"c\"", "B": "it's"}),
    (b"A='a' # b\n", {"A": "a# b"}),
    (b"A='open\nB=2\n", {"A": "open\nB=2\n"}),
    (b'A="open\\', {"A": "open"}),
    (b"A=1\r\nB='2'\r\nC=3\\\r\nD=4\r", {"A": "1", "B": "2", "C": "3", "D": "4"}),
    (b'A="1\\\r\n2"\n', {"A": "1\\\r\n2"}),
    (b"A=caf\xc3\xa9\nB=\xf0\x9f\x8e\x82\n", {"A": "café", "B": "🎂"}),
    (b"\xef\xbb\xbfA=1\nB=2\n", {"B": "2"}),
    (b"A=\x0b1\x0c\x07\x1b\n", {"A": "\x0b1\x0c\x07\x1b"}),
    (b"# caf\xe9\nA=1\nnothing \xe9\n", {"A": "1"}),
    # Refused as a whole, and with "-" before its name that means: as if it were not there.
    (b"A=1\nB=caf\xe9\nC=3\n", {}),
    (b"A=1\n\xe9=2\n", {}),
    (b"B=\xe9\nB=1\n", {}),
    (b"A=1\nB=\xed\xa0\x80\n", {}),
    (b"A=1\nB=\xef\xbf\xbe\n", {}),
    (b"A=1\nB=\xef\xb7\x90\n", {}),
    (b"A=1\n# \0\n", {}),
)
PIECES = (
    "A", "B", "C=", "D=", "\nE=", "\nF=", "=", "'", '"', "\\", "\\\n", "\n", "\r", " ", "\t", "#",
    ";", "\n#", "x", "é", "export ", "`", "0",
)  # fmt: skip


def hostile(count: int, *, seed: int, more: tuple[str, ...] = ()) -> list[bytes]:
    """Files made at random of what the syntax gives a meaning to, the same ones for each seed."""
    made, pieces = random.Random(seed), (*PIECES, *more)
    return ["".join(made.choices(pieces, k=made.randint(2, 25))).encode() for _ in range(count)]
