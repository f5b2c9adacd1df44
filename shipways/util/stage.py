"""A stage of shared work: done once, when it is first asked for, and remembered, whatever came.

Many formats are made from one wheel. Where that cannot be built, it is tried and told once: whoever
asks later hears that it failed, and not what comes of trying again in what was left behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from shipways.errors import BuildError, ShipwaysError

T = TypeVar("T")


class Stage(Generic[T]):
    """`functools.cached_property` that remembers a failure as well; see `stage`."""

    def __init__(self, title: str, make: Callable[[Any], T]) -> None:
        self.title = title
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Stage[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Stage[T] | T:
        if instance is None:
            return self
        failed: dict[str, ShipwaysError] = vars(instance).setdefault("_failed", {})
        if self.name in failed:
            raise failed[self.name]
        try:
            made = self.make(instance)
        except Exception as error:
            failed[self.name] = _again(error, self.title)
            raise
        vars(instance)[self.name] = made  # from now on that is found, and not this
        return made


def stage(title: str) -> Callable[[Callable[[Any], T]], Stage[T]]:
    """Mark a method as a stage; `title` is what it makes, such as "wheel and sdist".

    Its first failure is raised as it is. Later ones are one line, of the same class, which names
    the innermost stage that failed: a bundle that lacks its wheel says so of the wheel.
    """
    return lambda make: Stage(title, make)


def fresh(folder: Path) -> Path:
    """A folder's path with nothing there; what an earlier try left is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _again(error: Exception, title: str) -> ShipwaysError:
    """What is said of a failure that has been told: in short, and by the stage where it began."""
    title = vars(error).setdefault("_stage", title)
    kind = type(error) if isinstance(error, ShipwaysError) else BuildError
    short = kind(f"{title} failed, see above.", log=getattr(error, "log", None))
    short.told = True
    vars(short)["_stage"] = title
    return short
