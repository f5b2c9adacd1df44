"""Progress on the terminal: a spinner where there is a person, plain lines where there is a log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from functools import cache

from rich.console import Console
from rich.markup import escape
from rich.status import Status

NAMED = 5  # names on one line
console = Console(stderr=True, highlight=False)
_spinners: list[Status] = []


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Show that `what` is under way, then how long it took; nothing for less than 0.1 s."""
    started = time.monotonic()
    text = escape(what)
    with _spinner(f"{text} …"):
        yield
    seconds = time.monotonic() - started
    if seconds >= 0.1:
        console.print(f"  {text} [dim]{seconds:.1f} s[/dim]", soft_wrap=True)


@contextlib.contextmanager
def _spinner(text: str) -> Iterator[None]:
    """One spinner at a time: an inner step borrows the outer one's."""
    if not console.is_terminal:
        yield
    elif _spinners:
        outer = _spinners[-1]
        before = outer.status
        outer.update(text)
        yield
        outer.update(before)
    else:
        with console.status(text) as status:
            _spinners.append(status)
            try:
                yield
            finally:
                _spinners.pop()


def say(what: str) -> None:
    """One line for the person who waits."""
    console.print(escape(what), soft_wrap=True)


@cache
def say_once(what: str) -> None:
    """The same, of what happens again in every build of a run."""
    say(what)


def named(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are.

    >>> named(["a", "b c"])
    "'a', 'b c'"
    """
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more
