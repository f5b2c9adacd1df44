"""Messages that a report shows in the reader's language."""


def mark(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Mark both forms of a message that goes with a number; imported as `ngettext`."""
    return one, many
