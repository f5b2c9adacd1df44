"""Progress on the terminal: a spinner where there is a person, plain lines where there is a log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

console = Console(stderr=True, highlight=False)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Show that `what` is under way, then how long it took; nothing for less than 0.1 s."""
    started = time.monotonic()
    text = escape(what)
    status = console.status(f"{text} …") if console.is_terminal else contextlib.nullcontext()
    with status:
        yield
    seconds = time.monotonic() - started
    if seconds >= 0.1:
        console.print(f"  {text} [dim]{seconds:.1f} s[/dim]", soft_wrap=True)


def say(what: str) -> None:
    """One line for the person who waits."""
    console.print(escape(what), soft_wrap=True)
