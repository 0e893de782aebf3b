"""Publishes what editors wrote down, in a process of its own, so that no question waits for it."""

import importlib.util
import subprocess
import sys
import threading

from index.settings import Settings

SECONDS = 3.0
"""How long an editor's browser waits for it: small collections are published by then, and the page shows it."""
_PATIENCE = 6 * 3600
"""Seconds that the process waits for a run that is writing; what is left then, the next run publishes."""


class Publisher:
    """Starts `saywho correct --publish` for a data folder."""

    def __init__(self, settings: Settings) -> None:
        self._data = settings.data.absolute()

    def publish(self) -> int | None:
        """The exit code, or None where it is still at work after a few seconds; it goes on then by itself."""
        found = importlib.util.find_spec("saywho")
        if found is None or found.origin is None:
            return 1
        command = [sys.executable, found.origin, "correct", "--publish", "--wait", str(_PATIENCE), "--data"]
        # Another session: what stops the server lets it finish. What it prints is in the server's log.
        process = subprocess.Popen(  # noqa: S603 - nothing of it was typed by anybody
            [*command, str(self._data)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            threading.Thread(target=process.wait, daemon=True).start()
            return None
