"""What the names of folders and files say: of images or labels, of training or validation."""

import functools
import re
import unicodedata
from pathlib import PurePosixPath


def _set_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LABELS = _set_of("""
    label labels lbl labelid labelids manual mask masks ann anns
    annot annots annotation annotations gt gts groundtruth truth
    seg segs segmentation segmentations segmap segmaps semantic target targets matte trimap masken trainid trainids ids
    """)
_IMAGES = _set_of("""
    image images img imgs jpeg jpegs jpegimages photo photos picture pictures rgb input inputs frame frames fotos bilder
    """)
# Pictures that are made of labels or beside them, for people or for other tasks.
_OTHERS = _set_of("""
    color colors colour colours colormap colormaps colourmap colourmaps
    instance instances instanceid instanceids object objects overlay overlays vis
    visualization visualizations visualisation visualisations preview previews depth disparity pred preds prediction
    predictions panoptic edges thumbnail thumbnails thumbs confidence probability heatmap logits
    """)
_OBJECTS = frozenset({'object', 'objects'})  # of VOC's SegmentationObject; alone they may be what is seen
#: What names of splits are written as.
SPLITS = {
    'train': 'train', 'training': 'train', 'trn': 'train', 'val': 'val', 'valid': 'val', 'validation': 'val',
    'dev': 'val', 'test': 'test', 'testing': 'test', 'tst': 'test'}
_GLUED = re.compile(r'(train|val|valid|test)(ing|idation)?(\D+)')
_OF_NNUNET = re.compile(r'(images|labels)T([rs])')
_WORD = re.compile(r'[^\W\d_]+|\d+')
_CAMEL = re.compile(r'(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])')


def words(name: str) -> list[str]:
    """The words and numbers in a name, in lower case: 'leftImg8bit_train' -> left img 8 bit train."""
    found = []
    for word in _WORD.findall(_CAMEL.sub(' ', name)):
        glued = _GLUED.fullmatch(word.lower())  # of CamVid: trainannot
        known = glued and glued[3] in _LABELS | _IMAGES
        found += [glued[1], glued[3]] if known else [word.lower()]
    return found


@functools.lru_cache(1024)
def role_of_name(name: str) -> str | None:
    """'label', 'image' or 'other' (a picture of labels, say), as the words of a name tell; None if they do not."""
    there = set(words(name))
    if there & _OTHERS - _OBJECTS or (there & _OBJECTS and there & _LABELS):
        return 'other'
    if there & _LABELS:
        return 'label'
    return 'image' if there & _IMAGES else None


def role_of_folder(path: str) -> str | None:
    """As :func:`role_of_name`, of the folders that a file lies in; the innermost one that tells."""
    return next(filter(None, map(role_of_name, reversed(PurePosixPath(path).parts[:-1]))), None)


@functools.lru_cache(1024)
def split_of_name(name: str) -> str | None:
    """'train', 'val' or 'test', or None."""
    if match := _OF_NNUNET.fullmatch(name):
        return {'r': 'train', 's': 'test'}[match[2]]
    return next((SPLITS[word.rstrip('s')] for word in re.findall(r'[a-z]+', ' '.join(words(name)))
                 if word.rstrip('s') in SPLITS), None)


def split_of_folder(path: str) -> str | None:
    """As :func:`split_of_name`, of the folders that a file lies in; the innermost one that tells."""
    return next(filter(None, map(split_of_name, reversed(PurePosixPath(path).parts[:-1]))), None)


def place_of(path: str, roles: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """What is left of a file's folders without the words that tell images from labels: 'gtFine/train/x' -> (train,).

    Args:
        path: of the file.
        roles: folders that have that meaning here, whatever they are called.
    """
    parts = []
    for part in PurePosixPath(path).parts[:-1]:
        role, split = role_of_name(part), split_of_name(part)
        if part not in roles and (role is None or split):
            parts.append(split if split and role else plain(part))
    return tuple(SPLITS.get(part, part) for part in parts)


def plain(name: str) -> str:
    """A name in the one Unicode form that compares."""
    return unicodedata.normalize('NFC', name)
