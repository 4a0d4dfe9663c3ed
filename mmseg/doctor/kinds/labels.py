"""Findings about how labels are stored."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from mmseg.datasets.class_names import get_palette
from mmseg.doctor.examination import Examination
from mmseg.doctor.finding import Finding
from mmseg.invocation import called
from mmseg.trees.class_names import is_void
from mmseg.trees.label_facts import Colour, LabelFacts

_SHOWN = 12  # colours
_DUST = 1e-4  # share of the pixels, under which a colour is a trace of drawing
_MOST_CLASSES = 256
_VOC_BORDER = 224, 224, 192  # around the objects of Pascal VOC: no class


def _where(seen: Examination, fits: Callable[[LabelFacts], bool]) -> list[str]:
    return [path for path, facts in seen.labels.items() if not facts.error and fits(facts)]


def colour_mask(seen: Examination) -> Iterator[Finding]:
    """Labels that show classes as colours, or as grey in three channels."""
    plain = _where(seen, lambda facts: facts.channels == 3 and not (facts.lossy or facts.header.deep))
    veiled = _where(seen, lambda facts: facts.alpha and bool(facts.colours))
    if not plain and not veiled:
        return
    files = plain or veiled
    if seen.colours:
        colours = class_colours(seen)
        text = ', '.join(f'{list(colour)} {count} pixels' for colour, count in seen.colours.most_common(_SHOWN))
        message = f'{len(files)} labels hold colours instead of class indices: {text}'
        mend = (f'{called("new-config")} --write-masks writes index masks beside them, with this palette: '
                f'palette = {[list(colour) for colour in colours]}')
    elif any(seen.labels[path].colours for path in files):
        message = f'{len(files)} labels hold colours instead of class indices, and mixed ones along borders'
        mend = 'make them again from their source: which class a mixed colour means is not known'
    else:
        message = f'{len(files)} labels are grey in three channels, where one of class indices is needed'
        mend = f'keep one of the channels: {called("new-config")} --write-masks does so beside them'
    yield Finding.of('colour-mask', 'error' if plain else 'warning', files, message, mend)


def class_colours(seen: Examination) -> list[Colour]:
    """The colours that stand for classes: those that a file names, or those that are seen more than here and there.

    Without names black comes first, then those of Pascal VOC in its order, then the others by their share.
    """
    names = seen.tree.names
    if names and names.palette:
        return [colour for name, colour in zip(names.names, names.palette) if not is_void(name)]
    total = sum(seen.colours.values())
    common = [colour for colour, count in seen.colours.items() if count >= _DUST * total and colour != _VOC_BORDER]
    known = {tuple(colour): place for place, colour in enumerate(get_palette('voc'))}
    return sorted(common, key=lambda colour: (known.get(colour, len(known)), -seen.colours[colour]))[:_MOST_CLASSES]


def alpha_label(seen: Examination) -> Iterator[Finding]:
    """Labels with a channel for opacity."""
    if files := _where(seen, lambda facts: facts.alpha and not facts.lossy):
        yield Finding.of('alpha-label', 'error', files, f'{len(files)} labels have an alpha channel',
                         'save them without it, as one channel of class indices: '
                         f'{called("new-config")} --write-masks does so beside them')


def lossy_label(seen: Examination) -> Iterator[Finding]:
    """Labels stored as JPEG."""
    if files := _where(seen, lambda facts: facts.lossy):
        formats = ' and '.join(sorted({seen.labels[path].header.format for path in files}))
        yield Finding.of('lossy-label', 'error', files,
                         f'{len(files)} labels are stored as {formats}, which changes values along every border',
                         'make them again as PNG from their source; values cannot be restored for certain')


def interpolated_label(seen: Examination) -> Iterator[Finding]:
    """Labels that were resized or blurred as pictures."""
    if files := _where(seen, lambda facts: facts.between and not facts.lossy and not facts.fractions):
        yield Finding.of('interpolated-label', 'error', files,
                         f'{len(files)} labels were resized or blurred as pictures are: along borders stand values '
                         'between those of two classes, which mean other classes',
                         'make them again with the nearest neighbour (cv2.INTER_NEAREST, Image.NEAREST)')


def wide_label(seen: Examination) -> Iterator[Finding]:
    """Labels of more than 8 bits, or of fractions."""
    broken = _where(seen, lambda facts: facts.fractions)
    wide = _where(seen, lambda facts: not facts.fractions and facts.header.deep)
    if broken:
        yield Finding.of('wide-label', 'error', broken + wide,
                         f'{len(broken)} labels hold fractions, as probabilities do, instead of class indices',
                         'write class indices in 8 bits')
    elif wide:
        yield Finding.of('wide-label', 'warning', wide, f'{len(wide)} labels have more than 8 bits per pixel',
                         'they are read as they are; save them in 8 bits if other programs are to use them')


def palette_differs(seen: Examination) -> Iterator[Finding]:
    """Palette labels in which a value has another colour than in the others."""
    paletted = {path: facts for path, facts in seen.labels.items() if facts.palette and not facts.error}
    usual = _usual_palette(paletted)
    files = [path for path, facts in paletted.items()
             if any(usual[value] != colour for value, colour in facts.palette.items())]
    if files:
        value_of = {colour: value for value, colour in usual.items()}
        permuted = any(value_of.get(colour, value) != value for path in files
                       for value, colour in paletted[path].palette.items())
        yield Finding.of('palette-differs', 'error' if permuted else 'warning', files,
                         f'{len(files)} labels have another palette than the rest' + (
                             ': one colour stands for different values' if permuted else ''),
                         'compare what their values mean: the indices count, not the colours; write them anew with '
                         'one palette')


def _usual_palette(paletted: Mapping[str, LabelFacts]) -> dict[int, Colour]:
    votes = {}
    for facts in paletted.values():
        for value, colour in facts.palette.items():
            votes.setdefault(value, Counter())[colour] += 1
    return {value: counts.most_common(1)[0][0] for value, counts in votes.items()}
