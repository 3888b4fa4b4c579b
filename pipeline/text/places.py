"""Where a letter's matter is: province, city, county, town, and the office's own estates, villages and roads.

Names come from ``data/places.tsv`` (the whole country) and from the office's profile. Precedence, written into every
reason: the letter's place column, then places in the office's own area, then the nearest wider place that is named.
Where several places are left, one named three times as often as all others is meant, else the one named as an address
(家住, 位于). Estates, roads and firms in one street contradict nothing: the street is meant. A name that still
stands for several places stays ambiguous, with its candidates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from pipeline.office import Office
from pipeline.settings import read_table
from pipeline.text.finder import finder
from pipeline.text.kinds import by_kind, kind_of

_LEVELS: Final = {2: 4, 4: 3, 6: 2, 9: 1}
# B区 without a number is a part of an estate or a car park.
_ANONYMOUS = re.compile(r"[A-Z](?<![A-Za-z0-9].)(?:\d{1,2}[区县]|\d{0,2}市)")
_COUNTY: Final = 2
_TOWN: Final = 1
_CLEARLY: Final = 3
_MOST_CANDIDATES: Final = 8
Path = tuple[str, ...]


class Mention(NamedTuple):
    """A place's name in a letter: where it begins, the places that it may mean, whether it is said as an address."""

    start: int
    name: str
    nodes: tuple[int, ...]
    address: bool = False


@dataclass(frozen=True)
class Located:
    """Where a letter's matter is.

    Attributes
    ----------
    path : tuple of str
        From the widest place to the narrowest; () if unknown.
    level : int
        Of the narrowest division: 4 province, 3 city, 2 county, 1 town and below; 0 if unknown.
    candidates : tuple of path
        Where the letter may also be meant, if that isn't clear.
    reason_zh, reason_en : str
    """

    path: Path
    level: int = 0
    candidates: tuple[Path, ...] = ()
    reason_zh: str = ""
    reason_en: str = ""


@dataclass
class _Tree:
    """Places as nodes with their parents (-1: none).

    ``attached``: names that count only right behind another place, as 岳麓 in 长沙岳麓, 城区 in 阳泉市城区.
    ``spots``: nodes that are no divisions, as estates, villages and roads.
    """

    names: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)
    spots: set[int] = field(default_factory=set)

    def add(self, name: str, level: int, parent: int, others: Iterable[str] = ()) -> int:
        node = len(self.names)
        self.names.append(name)
        self.levels.append(level)
        self.parents.append(parent)
        for known_as in (name, *others):
            self.by_name.setdefault(known_as, []).append(node)
        return node

    def chain(self, node: int) -> tuple[int, ...]:
        """Return a node's ancestors from the widest, and itself."""
        found = [node]
        while self.parents[found[-1]] >= 0:
            found.append(self.parents[found[-1]])
        return tuple(reversed(found))


class Gazetteer:
    """The places of the country and of one office.

    Examples
    --------
    >>> places = Gazetteer.of(Office.load())
    >>> places.locate("", "", "长沙岳麓区的公交").path
    ('湖南省', '长沙市', '岳麓区')
    >>> places.locate("", "路灯不亮", "松涛街道整条街都不亮").path[-2:]
    ('临江区', '松涛街道')
    >>> places.by_kind(["临江区停水"], ["长沙也停过"])
    (['某区停水'], ['某市也停过'])
    """

    def __init__(self, tree: _Tree, home: int, own: int) -> None:
        self._tree = tree
        self._home = home
        self._own = own
        self._chains: dict[int, tuple[int, ...]] = {}
        self._kinds: dict[tuple[int, ...], str] = {}
        self._names = list(tree.by_name)
        self._nodes = [tuple(tree.by_name[name]) for name in self._names]
        follows, whole = _follows(), frozenset(tree.names)
        self._follows = [follows.get(name[-1] if name in whole else "", ()) for name in self._names]
        self._attached = [name in tree.attached for name in self._names]
        self._automaton = finder(self._names)

    @classmethod
    def of(cls, office: Office) -> Gazetteer:
        """Return the country's places with those of an office, which stand in for what they share a name and level."""
        tree = _Tree()
        own: dict[Path, int] = {}
        same: dict[tuple[str, int], int] = {}
        for area, path in sorted(office.paths.items(), key=lambda item: len(item[1])):
            own[path] = tree.add(area.name, area.level, own.get(path[:-1], -1), area.aliases)
            if area.is_division:
                same[area.name, area.level] = own[path]
            else:
                tree.spots.add(own[path])
        tree.attached.update(_everyday() - tree.by_name.keys())
        by_code: dict[str, int] = {}
        replaced: set[int] = set()
        for code, name, short in _national():
            level = _LEVELS[len(code)]
            wider = next((by_code[code[:end]] for end in (6, 4, 2) if end < len(code) and code[:end] in by_code), -1)
            node = same.get((name, level), -1)
            # The office's own place, unless the country's place of that name lies in another wider place.
            if node >= 0 and (tree.parents[node] in (-1, wider) or wider in replaced):
                by_code[code] = node
                replaced.add(node)
            else:
                if short and level == _COUNTY and short not in tree.by_name:
                    tree.attached.add(short)
                by_code[code] = tree.add(name, level, wider, (short,) if short else ())
        return cls(tree, own.get(office.area_path, -1), len(own))

    @staticmethod
    @cache
    def usual() -> Gazetteer:
        """Return the country's places with those of the office that ``PETITION_OFFICE`` names, else of the sample."""
        return Gazetteer.of(Office.load())

    def mentions(self, titles: Sequence[str], texts: Sequence[str]) -> list[list[Mention]]:
        """Return the places that each letter names, in order, by where they stand in title, line break and text."""
        return [self._mentions(f"{title}\n{text}") for title, text in zip(titles, texts, strict=True)]

    def by_kind(
        self, titles: Sequence[str], texts: Sequence[str], told: Sequence[Sequence[Mention]] | None = None
    ) -> tuple[list[str], list[str]]:
        """Return (titles, texts) with the kind of a division in place of its name (``data/place_kinds.tsv``).

        So what is learned of one city's letters holds in another. Villages, estates and roads stay as written.
        """
        told = self.mentions(titles, texts) if told is None else told
        spans = [[(mention.start, len(mention.name), self._kind(mention.nodes)) for mention in named] for named in told]
        pairs = [by_kind(*letter) for letter in zip(titles, texts, spans, strict=True)]
        return [title for title, _ in pairs], [text for _, text in pairs]

    def _kind(self, nodes: tuple[int, ...]) -> str:
        """Return the kind of the widest division that a name may mean; "" if it may mean none, or also another spot."""
        kind = self._kinds.get(nodes)
        if kind is None:
            widest = max(nodes, key=lambda node: self._tree.levels[node])
            level, name = self._tree.levels[widest], self._tree.names[widest]
            spot = not self._tree.spots.isdisjoint(nodes)
            kind = "" if spot else kind_of(level, name)
            self._kinds[nodes] = kind
        return kind

    def locate(self, place: str, title: str, text: str, told: Sequence[Mention] | None = None) -> Located:
        """Return where the matter of a letter is.

        Parameters
        ----------
        place : str
            The letter's own column, "" if there is none.
        title, text : str
            Cleaned.
        told : sequence of Mention, optional
            As :meth:`mentions` found them.
        """
        if told is None:
            told = self._mentions(f"{title}\n{text}")
        given = self._mentions(place) if place else []
        if given:
            base = self._settle(given, given)
            return self._narrowed(base[0], "地址列", given, told) if len(base) == 1 else self._open(base, given)
        if not told:
            return _NOWHERE
        heading = [mention for mention in told if mention.start < len(title)]
        base = self._settle(heading, told) if heading else []
        if len(base) == 1:
            return self._narrowed(base[0], "标题", heading, told)
        nodes = self._settle(told, told)
        return self._found(nodes[0], "正文", told) if len(nodes) == 1 else self._open(nodes, told)

    def locate_all(
        self,
        places: Sequence[str],
        titles: Sequence[str],
        texts: Sequence[str],
        told: Sequence[Sequence[Mention]] | None = None,
    ) -> list[Located]:
        """Return where the matters of many letters are."""
        told = self.mentions(titles, texts) if told is None else told
        return [self.locate(*letter) for letter in zip(places, titles, texts, told, strict=True)]

    def _mentions(self, text: str) -> list[Mention]:
        found: list[Mention] = []
        before, addresses = -1, _addresses()
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            if text.startswith(self._follows[index], end):
                continue
            nodes, behind = self._nodes[index], start == before
            if behind:
                nodes = self._behind(nodes, found[-1])
            elif self._attached[index]:
                continue
            if not nodes:
                continue
            before = end
            address = (behind and found[-1].address) or text.endswith(addresses, 0, start)
            found.append(Mention(start, self._names[index], nodes, address))
        taken = {mention.start for mention in found}
        hidden = [
            Mention(start, match.group(), (self._anonymous(match.group()),), text.endswith(addresses, 0, start))
            for match in _ANONYMOUS.finditer(text)
            if (start := match.start()) not in taken and not text.startswith(_follows()[match.group()[-1]], match.end())
        ]
        return sorted((*found, *hidden), key=lambda mention: mention.start) if hidden else found

    def _behind(self, nodes: tuple[int, ...], wider: Mention) -> tuple[int, ...]:
        """Return what a name may mean right behind another: in 长沙步行街, not the office's own 步行街."""
        if nodes[0] >= self._own or any(node < self._own for node in wider.nodes):
            return nodes
        return tuple(node for node in nodes if node >= self._own)

    def _anonymous(self, name: str) -> int:
        """Return the node of an anonymised place: A3区 and A3市 lie in A市."""
        known = self._tree.by_name.get(name)
        if known:
            return known[0]
        if len(name) == 2 and name[-1] == "市":
            return self._tree.add(name, _COUNTY + 1, -1)
        return self._tree.add(name, _COUNTY, self._anonymous(f"{name[0]}市"))

    def _settle(self, mentions: Sequence[Mention], nearby: Sequence[Mention]) -> list[int]:
        """Return the one narrowest place that the mentions agree on, or the places between which they leave it open."""
        settled = [(mention, self._meant(mention, nearby)) for mention in mentions]
        clear = [(mention, nodes[0]) for mention, nodes in settled if len(nodes) == 1]
        if not clear:
            return sorted({node for _, nodes in settled for node in nodes})
        if len(named := {node for _, node in clear}) == 1:
            return list(named)
        at_home = [(mention, node) for mention, node in clear if self._home in self._chain(node)]
        votes = at_home or self._supported(clear, named)
        counted = Counter(node for _, node in votes)
        found = self._deepest(counted)
        if len(found) > 1 and (addresses := Counter(node for mention, node in votes if mention.address)):
            told = self._deepest(addresses)
            if len(told) == 1:
                return told
        return self._apart(found, counted)

    def _supported(self, clear: list[tuple[Mention, int]], named: set[int]) -> list[tuple[Mention, int]]:
        """Leave out towns elsewhere of which no wider place is named: a town here may share such a town's name."""
        supported = [
            (mention, node)
            for mention, node in clear
            if self._tree.levels[node] > 1 or not named.isdisjoint(self._chain(node)[:-1])
        ]
        return supported or clear

    def _meant(self, mention: Mention, nearby: Sequence[Mention]) -> list[int]:
        """Return which places of its name a mention means: the office's own, else those in the nearest wider place."""
        if len(mention.nodes) == 1:
            return [mention.nodes[0]]
        inside = [node for node in mention.nodes if self._home in self._chain(node)]
        if len(inside) == 1:
            return inside
        wider = [(node, self._chain(node)[:-1]) for node in inside or mention.nodes]
        for other in sorted(nearby, key=lambda other: (abs(other.start - mention.start), other.start)):
            if other is not mention:
                named = frozenset(other.nodes)
                within = [node for node, above in wider if not named.isdisjoint(above)]
                if len(within) == 1:
                    return within
        return inside or list(mention.nodes)

    def _deepest(self, votes: Counter[int]) -> list[int]:
        """Walk down from the widest place as long as one branch is named clearly more often than all others."""
        branches: dict[int, Counter[int]] = {}
        for node, count in votes.items():
            chain = self._chain(node)
            for wider, narrower in zip((-1, *chain[:-1]), chain, strict=True):
                branches.setdefault(wider, Counter())[narrower] += count
        at = -1
        while at in branches:
            (first, most), *others = branches[at].most_common()
            if sum(count for _, count in others) * _CLEARLY > most:
                open_nodes = sorted(branches[at])
                return open_nodes if at < 0 or len(open_nodes) > 1 else [at]
            at = first
        return [at]

    def _apart(self, found: list[int], votes: Counter[int]) -> list[int]:
        """Leave out what contradicts nothing: of an estate and a road in one street the street is meant.

        A canal of the whole county is no other place than a town of it.
        """
        within = self._tree.parents[found[0]]
        if len(found) < 2 or within < 0:
            return found
        levels = self._tree.levels
        kept = [node for node in found if node not in self._tree.spots and levels[node] < levels[within]]
        if levels[within] <= _TOWN or not kept:
            return [within]
        if len(kept) > 1:
            return kept
        inside = Counter({node: count for node, count in votes.items() if kept[0] in self._chain(node)})
        return self._apart(self._deepest(inside), inside)

    def _narrowed(self, base: int, where: str, given: Sequence[Mention], told: Sequence[Mention]) -> Located:
        """Return the place of the column or title, or the one place within it that the letter names."""
        within = [
            node for mention in told for node in self._meant(mention, (*given, *told)) if base in self._chain(node)[:-1]
        ]
        nodes = self._deepest(Counter(within)) if within else []
        if nodes:
            chains = [self._chain(node) for node in nodes]
            # Two places in one street: the street.
            shared = [level[0] for level in zip(*chains, strict=False) if len(set(level)) == 1][-1]
            if shared != base:
                return self._found(shared, f"{where}“{self._word(base, given)}”，正文", told)
        return self._found(base, where, given)

    def _found(self, node: int, where: str, mentions: Sequence[Mention]) -> Located:
        path, word = self.path(node), self._word(node, mentions)
        within = f"，属{path[-2]}" if len(path) > 1 else ""
        several = len(self._tree.by_name.get(word, ())) > 1
        inner: list[str] = []
        if self._tree.levels[node] <= _TOWN and len(mentions) > 1:
            inner = [mention.name for mention in mentions if any(node in self._chain(n)[:-1] for n in mention.nodes)]
        if len(dict.fromkeys(inner)) > 1:
            word, within = "、".join(dict.fromkeys(inner)), f"，同在{path[-1]}"
        return Located(
            path,
            self._tree.levels[node],
            (),
            f"{where}“{word}”{within}" + ("（同名不止一处，按本单位辖区或邻近地名取）" if several else ""),
            f"{word} is named in the letter" + (", one of several, by own area or nearest place" if several else ""),
        )

    def _open(self, nodes: Sequence[int], mentions: Sequence[Mention]) -> Located:
        """Return what several possible places have in common, with all of them as candidates."""
        paths = sorted({self.path(node) for node in nodes})
        shared = paths[0]
        for path in paths[1:]:
            shared = shared[
                : next((at for at, (a, b) in enumerate(zip(shared, path, strict=False)) if a != b), len(path))
            ]
        level = next((self._tree.levels[n] for n in self._chain(nodes[0]) if self.path(n) == shared), 0)
        names = "、".join(dict.fromkeys(mention.name for mention in mentions))
        shown = "、".join("".join(path[-2:]) for path in paths[:4])
        return Located(
            shared,
            level,
            tuple(paths[:_MOST_CANDIDATES]),
            f"“{names[:40]}”可能是{shown}{'等' if len(paths) > 4 else ''}，信中没有说清",
            f"{names[:40]} may be {shown}",
        )

    def path(self, node: int) -> Path:
        """Return the names from the widest place to a node."""
        return tuple(self._tree.names[at] for at in self._chain(node))

    def _chain(self, node: int) -> tuple[int, ...]:
        chain = self._chains.get(node)
        if chain is None:
            chain = self._chains[node] = self._tree.chain(node)
        return chain

    def _word(self, node: int, mentions: Sequence[Mention]) -> str:
        return next(
            (mention.name for mention in mentions if any(node in self._chain(meant) for meant in mention.nodes)),
            self._tree.names[node],
        )


_NOWHERE: Final = Located((), 0, (), "来信没有写明地点", "the letter names no place")


@cache
def _national() -> tuple[tuple[str, str, str], ...]:
    rows = read_table("places.tsv", ("code", "name", "short"))
    return tuple((row["code"], row["name"], row["short"]) for row in rows)


@cache
def _follows() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in read_table("place_follows.tsv", ("ending", "follow", "source")):
        found.setdefault(row["ending"], []).append(row["follow"])
    return {ending: tuple(follows) for ending, follows in found.items()}


@cache
def _addresses() -> tuple[str, ...]:
    return tuple(row["phrase"] for row in read_table("place_addresses.tsv", ("phrase", "source")))


@cache
def _everyday() -> frozenset[str]:
    return frozenset(row["name"] for row in read_table("place_everyday.tsv", ("name", "source")))
