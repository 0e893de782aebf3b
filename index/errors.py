"""What can go wrong, each with a message that a user can act on and the command's exit code."""

from typing import ClassVar


class SaywhoError(Exception):
    """A failure that its message explains: it names the thing and says what to do. No traceback is needed."""

    exit_code: ClassVar[int] = 1


class UsageError(SaywhoError):
    """What was asked for cannot be: a source that is not there, an option with a wrong value."""

    exit_code = 2


class ReadError(SaywhoError):
    """One article or one file could not be read; it is set aside with this message and the rest goes on."""


class ArchiveError(SaywhoError):
    """The archive cannot be opened or written."""


class BuildError(SaywhoError):
    """A build could not be made or published; what was published before still stands."""


class IndexDamagedError(SaywhoError):
    """A published build is not what its manifest says, so it was not opened."""


class SchemaVersionError(SaywhoError):
    """A build or an archive was written by another version of saywho."""


class NotPublishedError(SaywhoError):
    """Nothing has been published in this data folder yet."""


class LockHeldError(SaywhoError):
    """Another run is writing to the data folder."""

    exit_code = 4


class WeightsError(SaywhoError):
    """The extractor's trained weights cannot be used."""


class MissingWeightsError(WeightsError):
    """The extractor's trained weights are not there."""


class PeopleFileError(SaywhoError):
    """The file of known people cannot be used as a whole."""


class DaskError(SaywhoError):
    """Dask's scheduler, its workers or their folder of parts cannot be used."""


class EngineUnreachableError(SaywhoError):
    """The cluster that answers is not there; nothing is known of what was asked."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"the cluster at {where} does not answer ({reason}); look after it, then ask again")
        self.where = where
