"""What the names of labels have before and behind the names of their images: aachen_0 -> aachen_0_gtFine_labelIds."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from .words import plain, role_of_name

_PIECES = re.compile(r'[^\W\d_]+|\d+|[\W_]')
_MOST_PIECES, _MOST_AFFIXES = 7, 8
_COMMON = 0.15  # share of the names that an affix has at least
_GAIN = 1.25  # by how much more names have to fit before they are cut
_SEVERAL = 4  # names, from which on what all of them have is no chance
_ENOUGH = 400  # names that are looked at


class Affix(NamedTuple):
    """What stands before and behind the part of a name that images and labels share."""

    head: str = ''
    tail: str = ''

    def key(self, stem: str) -> str | None:
        """The part between; None of a name that has not this affix."""
        fits = stem.startswith(self.head) and stem.endswith(self.tail) and len(stem) >= len(self.head) + len(self.tail)
        return plain(stem[len(self.head):len(stem) - len(self.tail)]) if fits else None

    def __len__(self) -> int:
        return len(self.head) + len(self.tail)


def find_affixes(images: Sequence[str], labels: Sequence[str]) -> tuple[Affix, list[Affix]]:
    """The affix of the images, and those of the labels, the best one first, by stems.

    As few letters are cut as will do. Several kinds of labels may lie side by side (classes, instances, colours).
    """
    images, labels = list(dict.fromkeys(images)), list(dict.fromkeys(labels))
    some = labels[::1 + len(labels) // _ENOUGH]
    best = _best(images, some, [(Affix(), Affix())])
    if _fitting(images, some, *best) < len(some):
        of_images, of_labels = _candidates(images), _candidates(labels)
        tails = [(Affix('', a), Affix('', b)) for a in of_images[1] for b in of_labels[1]]
        heads = [(Affix(a), Affix(b)) for a in of_images[0] for b in of_labels[0]]
        best = _best(images, some, [best, *tails, *heads])
        if _fitting(images, some, *best) < _COMMON * len(some):
            both = [(Affix(a, c), Affix(b, d)) for a in of_images[0][:4] for b in of_labels[0][:4]
                    for c in of_images[1][:4] for d in of_labels[1][:4]]
            best = _best(images, some, [best, *both])
    return best[0], _all_of_labels(images, labels, *best)


def _all_of_labels(images: Sequence[str], labels: Sequence[str], of_images: Affix, first: Affix) -> list[Affix]:
    """The first one, and as long as it leaves labels over that fit by another one, that; the preferred one first."""
    keys, found = _keys(images, of_images), [first]
    while True:
        left = [stem for stem in labels if not any(_keys([stem], affix) & keys for affix in found)]
        heads, tails = _candidates(left)
        counts = {affix: sum(bool(_keys([stem], affix) & keys) for stem in left)
                  for affix in (*map(Affix, heads), *(Affix('', tail) for tail in tails))}
        best = max(counts, key=lambda affix: (counts[affix], -len(affix)))
        if not counts[best]:
            return sorted(found, key=_preference)
        found.append(best)


def _preference(affix: Affix) -> tuple[bool, bool]:
    text = f'{affix.head} {affix.tail}'
    return role_of_name(text) == 'other', 'train' not in text.lower()


def _best(
    images: Sequence[str], labels: Sequence[str], options: Iterable[tuple[Affix, Affix]],
) -> tuple[Affix, Affix]:
    """The first pair of affixes that fits about as often as any, the shorter ones first."""
    counted = [(_fitting(images, labels, *pair), pair) for pair in sorted(set(options), key=_length)]
    most = max(count for count, _ in counted)
    return next(pair for count, pair in counted if count * _GAIN >= most)


def _length(pair: tuple[Affix, Affix]) -> tuple:
    return len(pair[0]) + len(pair[1]), pair


def _fitting(images: Collection[str], labels: Collection[str], of_images: Affix, of_labels: Affix) -> int:
    """How many labels have an image; a key that many of them share counts once."""
    return len(_keys(labels, of_labels) & _keys(images, of_images))


def _keys(stems: Iterable[str], affix: Affix) -> set[str]:
    """What an affix leaves of the names that have it, in one case."""
    return {key.casefold() for stem in stems if (key := affix.key(stem)) is not None}


def _candidates(stems: Sequence[str]) -> tuple[list[str], list[str]]:
    """Heads and tails that many names have, the most frequent ones first, with letters in them; and none at all."""
    heads, tails, some = Counter(), Counter(), stems[::1 + len(stems) // _ENOUGH]
    for stem in some:
        pieces = _PIECES.findall(stem)
        heads.update(accumulate(pieces[:_MOST_PIECES]))
        tails.update(accumulate(pieces[:-1 - _MOST_PIECES:-1], lambda tail, piece: piece + tail))
    return _frequent(heads, len(some)), _frequent(tails, len(some))


def _frequent(counts: Counter, names: int) -> list[str]:
    """Those with letters in them, and those that all of several names have."""
    least = max(1, _COMMON * max(counts.values(), default=0))
    named = [affix for affix, count in counts.most_common() if count >= least and (
        re.search(r'[^\W\d_]', affix) or count == names >= _SEVERAL)]
    return ['', *named[:_MOST_AFFIXES]]
