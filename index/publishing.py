"""What was written down and is not shown yet is published, by whoever asks first, when nobody else is writing."""

from index.archive import Archive
from index.build import build, held, up_to_date
from index.errors import ArchiveError
from index.lock import Turn, write_lock
from index.manifest import Manifest
from index.recorded import take_in
from index.settings import Settings


def publish_recorded(settings: Settings, *, patience: float = 0) -> Manifest | None:
    """Takes in the corrections that wait and publishes a build that has them; None where there is nothing to do.

    Waits so many seconds for another run. One process waits for all: None, too, where one waits already, since it will
    see what was written down before this call; and while a build is held. LockHeldError, BuildError.
    """
    if not settings.archive.is_file():
        raise ArchiveError(f"{settings.archive}: there is no archive; type: saywho index SOURCE")
    turn = Turn(settings.data)
    if not turn.take():
        return None
    try:
        with write_lock(settings.data, wait=patience):
            turn.give_up()  # whoever comes now has something that may not be seen below
            with Archive(settings.archive) as archive:
                take_in(settings, archive)
                if held(settings.builds) or up_to_date(settings, archive):
                    return None
                return build(settings, archive)
    finally:
        turn.give_up()
