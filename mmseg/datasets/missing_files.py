"""Files that ought to be there: which ones are not, and why that may be."""

import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from mmcv.utils.errors import ConfigFileNotFoundError

#: Extensions of pictures, in lower case.
PICTURES = ('.png', '.jpg', '.jpeg', '.jfif', '.tif', '.tiff', '.bmp', '.webp', '.gif', '.ppm', '.pgm', '.pbm', '.jp2')

_NAMED = 3  # missing files that an error names; the rest is counted
_LISTED = 100  # files of one folder from which on it is listed


def require_folder(key: str, folder: str | None) -> None:
    """Raise a ConfigFileNotFoundError that names ``key`` unless the folder exists; None and addresses pass."""
    if folder is not None and '://' not in folder and not os.path.isdir(folder):
        raise ConfigFileNotFoundError(
            f'{key}: there is no folder {folder!r}{describe_link(folder)}: set {key} to where the data lies')


def require_files(kind: str, folder: str, names: Sequence[str]) -> None:
    """Raise a ConfigFileNotFoundError that counts and names what is missing; addresses pass.

    Args:
        kind: 'image' or 'label', for the message.
        folder: where the files are to be.
        names: relative to it.
    """
    if '://' not in folder:
        refuse_missing(kind, folder, missing_files(folder, names), len(names))


def refuse_missing(kind: str, folder: str, missing: Sequence[str], count: int) -> None:
    """Raise the ConfigFileNotFoundError of :func:`require_files` if any of ``count`` files are missing."""
    if missing:
        raise ConfigFileNotFoundError(
            f'{len(missing)} of {count} {kind}s are missing in {folder!r}: {named(missing)}{_reason(folder, missing)}')


def named(names: Sequence[str]) -> str:
    """The first names of a list."""
    return ', '.join(names[:_NAMED]) + (', ...' if len(names) > _NAMED else '')


def missing_files(root: str, names: Sequence[str]) -> list[str]:
    """Those of the names, relative to ``root``, that are no files."""
    missing = {name for sub, group in _by_folder(names).items() for name in _missing(root, sub, group)}
    return [name for name in names if name in missing] if missing else []


def _by_folder(names: Sequence[str]) -> dict[str, Sequence[str]]:
    if '/' not in '\0'.join(names):
        return {'': names}
    groups = defaultdict(list)
    for name in names:
        groups[name.rpartition('/')[0]].append(name)
    return groups


def _missing(root: str, sub: str, names: Sequence[str]) -> list[str]:
    """Those of the names, all in the folder ``sub`` below ``root``, that are no files.

    A folder is listed once if many of its files are named: on a network each question takes its time.
    """
    folder = os.path.join(root, sub)
    if len(names) < _LISTED or not os.path.isdir(folder):
        return [name for name in names if not os.path.isfile(os.path.join(root, name))]
    prefix = f'{sub}/' if sub else ''
    with os.scandir(folder) as entries:
        listed = {prefix + entry.name for entry in entries if entry.is_file()}
    return [] if listed.issuperset(names) else [name for name in names if name not in listed]


def describe_link(path: str) -> str:
    """' (NAME is a dead link to TARGET)' of a path that leads nowhere because of a link on its way; else ''."""
    while path not in ('', '/'):
        if os.path.islink(path):
            return '' if os.path.exists(path) else f' ({path!r} is a dead link to {os.readlink(path)!r})'
        path = os.path.dirname(path)
    return ''


def count_images(names: Iterable[str]) -> Counter:
    """How many names have each extension of image files, in lower case."""
    extensions = Counter(os.path.splitext(name)[1].lower() for name in names)
    return Counter({extension: extensions[extension] for extension in sorted(extensions) if extension in PICTURES})


def describe_counts(counts: Counter) -> str:
    """'3 .png, 1 .tif' of :func:`count_images`."""
    return ', '.join(f'{count} {extension}' for extension, count in counts.most_common())


def _reason(root: str, missing: Sequence[str]) -> str:
    """Why the first of the missing files may be so, as far as the folder tells."""
    path = os.path.join(root, missing[0])
    link = describe_link(path)
    if link:
        return link
    folder, name = os.path.split(path)
    try:
        there = os.listdir(folder)
    except OSError:
        return ''
    near = [other for other in there if _plain(other) == _plain(name)]
    if near:
        return f' (there is {near[0]!r}, which differs in case or Unicode form)'
    stem = os.path.splitext(name)[0]
    if stem in there:
        return f' (there is {stem!r}: names are listed without their ending)'
    same = [other for other in there if other.startswith(f'{stem}.')]
    return f' (there is {same[0]!r})' if same else ''


def _plain(name: str) -> str:
    return unicodedata.normalize('NFC', name).casefold()
