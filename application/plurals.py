"""Numbers of things in words."""


def counted(count: int, noun: str) -> str:
    """Return `1 event` or `2,000 events`; nouns take an s, or an S where they are in capitals."""
    return f"{count:,} {noun}{'' if count == 1 else 'S' if noun.isupper() else 's'}"
