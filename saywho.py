"""The command line's front door."""


def main() -> None:
    """Placeholder until commands exist."""
