"""Numbers as a reader says them."""


def many(count: int, noun: str) -> str:
    """A number of things: `1 build`, `1,234 builds`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Bytes as a reader says them."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        amount = count / 1_000**power
        if amount >= 1:
            return f"{amount:.1f} {unit}" if amount < 100 else f"{amount:,.0f} {unit}"
    return f"{count} bytes"
