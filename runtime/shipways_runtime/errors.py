"""Errors that a person can do something about: one clear message, no traceback."""


class Failure(Exception):
    """A command cannot go on. The message says what is wrong and what to do next."""


class BadSetting(Exception):
    """Something that a person sets (a variable, a file) cannot be used; `name` says which."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def one_line(error: BaseException) -> str:
    """The message of an exception that may span several lines, on one."""
    return " ".join(str(error).split()) or type(error).__name__
