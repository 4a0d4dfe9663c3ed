"""The doctor's findings as a document for programs, and as lines for people."""

from collections.abc import Iterator, Mapping, Sequence

from prettytable import PrettyTable

from .examination import Examination
from .finding import Finding

_MOST_SIZES = 20
_MOST_CLASSES = 200  # in the table


def as_document(seen: Examination, findings: Sequence[Finding], advice: Mapping) -> dict:
    """What ``--json`` writes; ``advice`` is that of :func:`.advice.advise`."""
    stats = seen.mean_and_std
    reading = seen.reading
    sizes = [{'height': size[0], 'width': size[1], 'images': count} for size, count in seen.sizes.most_common()]
    return {
        'images': len(seen.images),
        'labels': len(seen.labels),
        'classes': [{'value': value, 'name': seen.name_of(value), 'pixels': count, 'images': images}
                    for value, count, images in _counts(seen)],
        'mean': stats[0] if stats else None,
        'std': stats[1] if stats else None,
        'sizes': sizes,
        'splits': {split: len(images) for split, images in seen.tree.splits.items()},
        'reading': {'reduce_zero_label': reading.reduce_zero_label, 'ignore_index': reading.ignore_index,
                    'why': reading.why, 'ignored_pixels': seen.values.pixels[reading.ignore_index]},
        'colours': [{'colour': list(colour), 'pixels': count} for colour, count in seen.colours.most_common(256)],
        'findings': [finding._asdict() for finding in findings],
        'config': advice,
    }


def _counts(seen: Examination) -> Iterator[tuple[int, int, int]]:
    """(value, pixels, labels that have it) of each class."""
    for value, count in seen.pixels.items():
        yield value, count, seen.values.files[value]


def as_text(seen: Examination, findings: Sequence[Finding], config: str) -> Iterator[str]:
    """What is printed: what was seen, what was found, and what to change; ``config`` is to be pasted into one."""
    tree = seen.tree
    splits = ', '.join(f'{len(images)} {split}' for split, images in tree.splits.items())
    yield (f'{tree.root}: {len(seen.images)} images, {len(seen.labels)} labels, {len(tree.pairs.pairs)} pairs'
           + (f' ({splits})' if splits else ', no splits'))
    sizes = ', '.join(f'{wide}x{high}: {count}' for (high, wide), count in seen.sizes.most_common(_MOST_SIZES))
    if sizes:
        yield f'Sizes: {sizes}{", ..." if len(seen.sizes) > _MOST_SIZES else ""}'
    if stats := seen.mean_and_std:
        yield 'Mean of red, green, blue: {}; deviation: {}'.format(*(
            ', '.join(f'{value:.1f}' for value in part) for part in stats))
    if seen.pixels:
        yield _class_table(seen)
    reading = seen.reading
    yield (f'Labels: reduce_zero_label={reading.reduce_zero_label}, ignore_index={reading.ignore_index}, as '
           f'{reading.why}')
    for finding in findings:
        yield ''
        yield f'{finding.severity}: {finding.kind}: {finding.message}'
        yield f'    {", ".join(finding.files)}{", ..." if finding.count > len(finding.files) else ""}'
        yield f'    {finding.mend}'
    yield ''
    yield 'Nothing is wrong.' if not findings else f'{len(findings)} kinds of findings.'
    yield 'To paste into a config:'
    yield config.rstrip()


def _class_table(seen: Examination) -> str:
    table = PrettyTable(['value', 'class', 'share', 'pixels', 'labels'], align='r')
    table.align['class'] = 'l'
    total = max(1, sum(seen.pixels.values()))
    for value, count, images in list(_counts(seen))[:_MOST_CLASSES]:
        table.add_row([value, seen.name_of(value), f'{count / total:.3%}', count, images])
    return table.get_string()
