"""Class names and colours from the files that labelling tools and data sets bring along."""

import csv
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from mmcv.utils import ConfigError
from mmseg.datasets.name_list import read_names

from .files import stem_of
from .words import words

_VOID = {'void', 'unlabeled', 'unlabelled', 'ignore', 'ignored', 'unknown', 'dontcare', "don't care", 'unannotated'}
_OF_CLASSES = {'class', 'classes', 'label', 'labels', 'labelmap', 'category', 'categories', 'names', 'dict', 'codes',
               'classnames', 'classlist', 'colors', 'colormap', 'palette'}
_KEYS = ('classes', 'names', 'categories', 'labels', 'class_names', 'CLASSES')
_MOST = 30  # files that are looked into
_LARGEST = 200_000_000  # bytes of a json or xml file that is looked into


@dataclass(frozen=True)
class ClassNames:
    """What a file says of the classes.

    Attributes:
        path: the file.
        names: in the order of their values.
        values: of each; None if they count from 0.
        palette: [red, green, blue] of each, where the file has colours.
        of_objects: whether the file is about objects (COCO), so that the classes of label maps may be others.
    """

    path: str
    names: tuple[str, ...]
    values: tuple[int, ...] | None = None
    palette: tuple[tuple[int, int, int], ...] | None = None
    of_objects: bool = False

    @property
    def numbers(self) -> Sequence[int]:
        """The value of each name."""
        return self.values or range(len(self.names))

    def of_value(self, value: int) -> str | None:
        """The name of a value in the labels; None of one that has none."""
        return next((name for number, name in zip(self.numbers, self.names) if number == value), None)


def is_void(name: str) -> bool:
    """Whether a name means "no class"."""
    return name.strip().lower() in _VOID


def find_class_names(root: str, hints: Sequence[str], images: Collection[str] = ()) -> ClassNames | None:
    """The classes of a tree, from the file that lies highest and says most; None if none does.

    Args:
        root: the folder.
        hints: paths relative to it.
        images: names of images without suffix; a text that tells of these is none of classes.
    """
    told, others = [], []
    for path in sorted(hints, key=lambda path: (path.count('/'), path)):
        of_classes = set(words(PurePosixPath(path).stem)) & _OF_CLASSES
        (told if of_classes or path.endswith('.names') else others).append(path)
    others = [path for path in others if not path.lower().endswith(('.txt', '.csv', '.lst'))]
    files = [*told[:_MOST], *others[:_MOST]]  # labelling tools write a file per image
    found = [names for path in files if (names := read_class_file(os.path.join(root, path), path))
             and not any(stem_of(word) in images for name in names.names for word in name.split()[:1])]
    return max(found, key=lambda one: (one.palette is not None, -one.path.count('/')), default=None)


def read_class_file(file: str, path: str) -> ClassNames | None:
    """The classes that a file names; None of a file that is about something else.

    Args:
        file: where it lies.
        path: what to call it.
    """
    suffix, known = PurePosixPath(path).suffix.lower(), set(words(PurePosixPath(path).stem)) & _OF_CLASSES
    try:
        if suffix == '.names' or (suffix in ('.txt', '.csv', '.lst') and known):
            return _from_text(file, path)
        if suffix in ('.yaml', '.yml'):
            return _from_yaml(file, path)
        if suffix in ('.json', '.xml') and os.path.getsize(file) <= _LARGEST:
            return _from_json(file, path) if suffix == '.json' else _from_xml(file, path)
    except (OSError, ValueError, KeyError, TypeError, ElementTree.ParseError):
        return None
    return None


def given_class_names(file: str) -> ClassNames:
    """The classes of a file that a user names.

    Raises:
        ConfigError: it names none.
    """
    names = read_class_file(file, os.path.basename(file)) or _from_text(file, file)
    if names is None:
        raise ConfigError(f'{file}: no class names; write one per line')
    return names


def _from_text(file: str, path: str) -> ClassNames | None:
    lines = [line for line in read_names(file, 'classes') if not line.startswith(('#', '//'))]
    rows = [row for line in lines if (row := _row(line))]
    if not rows:
        return None
    said = [number is not None or colour is not None for number, _, colour in rows]
    if len(rows) > 2 and not said[0] and all(said[1:]):
        rows = rows[1:]  # the head of a table
    numbers, names, colours = zip(*rows)
    whole = all(colour is not None for colour in colours)
    counted = all(number is not None for number in numbers) and len(set(numbers)) == len(numbers)
    values = tuple(numbers) if counted and list(numbers) != list(range(len(numbers))) else None
    return _checked(ClassNames(path, names, values, colours if whole else None))


def _row(line: str) -> tuple[int | None, str, tuple[int, int, int] | None] | None:
    """(value, name, colour) of 'road', '0 road', 'road:128,64,128::', 'road,128,64,128', '128 64 128 road' ..."""
    for pattern in (r'(?P<name>[^:]+):(?P<colour>\d+,\d+,\d+)?:[^:]*:[^:]*',
                    r'(?P<name>[^,;\t]+)[,;\t]\s*(?P<colour>\d+\s*[,;\t ]\s*\d+\s*[,;\t ]\s*\d+)\s*',
                    r'(?P<colour>\d+\s*[,;\t ]\s*\d+\s*[,;\t ]\s*\d+)\s*[,;\t ]\s*(?P<name>.+)',
                    r'(?P<name>.+?)\s+(?P<colour>\d+\s+\d+\s+\d+)',
                    r'(?P<number>\d+)\s*[:,;\t ]\s*(?P<name>.+)',
                    r'(?P<name>[^\d,;\t]+)\s*[:,;\t]\s*(?P<number>\d+)',
                    r'(?P<name>.+)'):
        match = re.fullmatch(pattern, line)
        if match is None:
            continue
        found = match.groupdict()
        name = next(csv.reader([found['name'].strip()]), [''])[0].strip().strip('"\'')
        colour = found.get('colour') and tuple(map(int, re.findall(r'\d+', found['colour'])))
        if colour and max(colour) > 255:
            continue
        number = found.get('number')
        return None if name.lower() in ('name', 'class', 'label') else (number and int(number), name, colour or None)
    return None


def _from_yaml(file: str, path: str) -> ClassNames | None:
    import yaml  # optional, as for configs

    with open(file, encoding='utf-8') as stream:
        return _from_tree(yaml.safe_load(stream), path)


def _from_json(file: str, path: str) -> ClassNames | None:
    with open(file, encoding='utf-8-sig') as stream:
        return _from_tree(json.load(stream), path)


def _from_tree(tree: object, path: str) -> ClassNames | None:
    """Names in what a yaml or json file holds."""
    if isinstance(tree, list) and tree and all(isinstance(one, Mapping) and 'name' in one for one in tree):
        tree = {'categories': tree}
    if not isinstance(tree, Mapping):
        return None
    for key in _KEYS:
        entries = list(_entries(tree.get(key)))
        if entries:
            values, names, colours = zip(*sorted(entries, key=lambda entry: entry[0]))
            palette = tree.get('palette') or tree.get('PALETTE') or colours
            whole = len(palette) == len(names) and all(isinstance(one, (list, tuple)) and len(one) == 3
                                                       for one in palette)
            return _checked(ClassNames(path, names, None if values == tuple(range(len(names))) else values,
                                       tuple(tuple(map(int, one)) for one in palette) if whole else None,
                                       {'images', 'annotations'} <= tree.keys()))
    return None


def _entries(said: object) -> Iterator[tuple[int, str, object]]:
    """(value, name, colour or None) of a list of names or of dicts, or of a dict either way round."""
    if isinstance(said, list):
        for place, one in enumerate(said):
            if isinstance(one, str):
                yield place, one, None
            elif isinstance(one, Mapping) and isinstance(one.get('name'), str):
                number = one.get('id', one.get('value', place))
                yield (number if isinstance(number, int) else place), one['name'], one.get('color', one.get('colour'))
    elif isinstance(said, Mapping):
        for key, one in said.items():
            if isinstance(one, str) and str(key).isdigit():
                yield int(key), one, None
            elif isinstance(one, int) and not isinstance(one, bool):
                yield one, str(key), None


def _from_xml(file: str, path: str) -> ClassNames | None:
    """The labels of a task of CVAT, with their colours."""
    names, colours = [], []
    for _, node in ElementTree.iterparse(file):
        if node.tag == 'label' and (name := node.findtext('name')):
            names.append(name)
            code = (node.findtext('color') or '').lstrip('#')
            colours.append(tuple(bytes.fromhex(code)) if len(code) == 6 else None)
        elif node.tag == 'image':
            break
    return _checked(ClassNames(path, tuple(names), None, tuple(colours) if names and all(colours) else None))


def _checked(found: ClassNames) -> ClassNames | None:
    """None of what are no names of classes."""
    sensible = all(0 < len(name) < 100 for name in found.names) and len(set(found.names)) == len(found.names)
    return found if found.names and sensible else None
