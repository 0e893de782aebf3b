"""Rights that are taken away while a run is under way: a clear error, and what was published still answers."""

import contextlib
import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import BuildError
from index.intake import index_sources
from index.manifest import published
from index.run_records import Watcher
from index.settings import Settings
from index.status import look

NOBODY = 65534
RAIN = "date 2020-01-02 “Rain is news,” said Ada Brook, the mayor."


@contextlib.contextmanager
def somebody_else() -> Iterator[None]:
    """Root may write everywhere, so it steps down."""
    if os.geteuid() != 0:
        yield
        return
    importlib.import_module("index.commands")  # where Python stands may be closed to nobody
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user may write to."""
    found = Path(tempfile.mkdtemp(prefix="saywho-test-"))
    found.chmod(0o777)
    yield found
    shutil.rmtree(found)


def test_rights_lost_before_the_build(folder: Path) -> None:
    settings, article = Settings(data=folder / "data"), folder / "rain.txt"
    article.write_text(RAIN, encoding="utf-8")
    index_sources(Settings(data=folder / "warm"), [str(article)])  # as root: the model is loaded
    with somebody_else():
        first = index_sources(settings, [str(article)]).build
    article.write_text(RAIN.replace("Rain", "Snow"), encoding="utf-8")

    def closing(_: int) -> None:
        settings.builds.chmod(0o555)

    with somebody_else():
        with pytest.raises(BuildError, match=r"builds/\.making-\S+: Permission denied; mend that and run it again"):
            index_sources(settings, [str(article)], watcher=Watcher(building=closing))
        assert published(settings.builds).name == first
        assert look(settings).faults == ()
        with Archive(settings.archive) as archive:
            assert archive.counts().earlier == 1
        settings.builds.chmod(0o755)
        assert index_sources(settings, [str(article)]).build == published(settings.builds).name != first
