"""Who is who across articles: a speaker of one article in, a person, body or group of the collection out.

`local_speakers` gathers what an article says of its speakers, `store` keeps it, `settle` links what changed, and
`People` answers who somebody is. The tables (`SCHEMA`) stand in the archive.
"""

from index.identity.evidence import local_speakers
from index.identity.ids import slug_of
from index.identity.people_file import PeopleFile, read_people_file
from index.identity.records import LocalSpeaker, Person, PersonOfCollection, Resolution, Rulings
from index.identity.resolving import People, aliases, people, undecided
from index.identity.settling import settle
from index.identity.tables import SCHEMA, store

__all__ = [
    "SCHEMA",
    "LocalSpeaker",
    "People",
    "PeopleFile",
    "Person",
    "PersonOfCollection",
    "Resolution",
    "Rulings",
    "aliases",
    "local_speakers",
    "people",
    "read_people_file",
    "settle",
    "slug_of",
    "store",
    "undecided",
]
