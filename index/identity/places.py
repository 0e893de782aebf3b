"""States and countries by the ways that newspapers write them."""

from index.extract import words

_STATES = """
alabama ala al|alaska alaska ak|arizona ariz az|arkansas ark ar|california calif ca|colorado colo co|connecticut conn ct
delaware del de|florida fla fl|georgia ga|hawaii hi|idaho id|illinois ill il|indiana ind in|iowa ia|kansas kan kans ks
kentucky ky|louisiana la|maine me|maryland md|massachusetts mass ma|michigan mich mi|minnesota minn mn
mississippi miss ms|missouri mo|montana mont mt|nebraska neb ne|nevada nev nv|new_hampshire n.h nh|new_jersey n.j nj
new_mexico n.m nm|new_york n.y ny|north_carolina n.c nc|north_dakota n.d nd|ohio oh|oklahoma okla ok|oregon ore or
pennsylvania pa penn|rhode_island r.i ri|south_carolina s.c sc|south_dakota s.d sd|tennessee tenn tn|texas tex tx
utah ut|vermont vt|virginia va|washington wash wa|west_virginia w.va wv|wisconsin wis wi|wyoming wyo wy
"""
_STATE_OF = {
    word.replace("_", " "): entry.split()[0].replace("_", " ")
    for line in _STATES.split("\n")
    for entry in line.split("|")
    for word in entry.split()
}
PLACE_OF = {place: place for place in words.PLACES | words.PLACE_PHRASES if len(place) > 2} | {
    name: name for name in set(_STATE_OF.values())
}
"""Places by name, in small letters."""
_ADJECTIVES = {"french": "france", "german": "germany", "russian": "russia", "chinese": "china", "british": "britain"}
PLACE_OF.update(_ADJECTIVES)


def state_of(text: str) -> str:
    """The American state that a name or an abbreviation means ("Pa.", "N.Y", "ohio"); empty for anything else."""
    low = text.lower().strip(". ").replace(" ", "") if "." in text else text.lower().strip()
    return _STATE_OF.get(low, "")
