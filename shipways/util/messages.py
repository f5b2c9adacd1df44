"""Messages that a report shows in the reader's language."""


def mark(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message
