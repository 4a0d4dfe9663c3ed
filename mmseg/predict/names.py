"""What the files of a prediction are called."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from mmseg.inference import Source, Video


def output_names(sources: Sequence[Source]) -> list[PurePath]:
    """The name of each source below the folders of the outputs, without the suffix that an output adds.

    It is that of the file without its suffix, with the folders below the one that was given. Files that would share
    one keep their suffix in it; those that still do, from several folders, get the folders in which they differ. A
    video, whose frames make a folder, keeps its suffix where there is a folder of that name.
    """
    plain = [_without_suffix(source.inside) for source in sources]
    with_suffix = _unique(plain, [source.inside for source in sources])
    parents = [PurePath(os.path.abspath(source.path)).parent for source in sources]
    above = os.path.commonpath(parents) if parents else ''
    folders = [PurePath(os.path.relpath(parent, above)) for parent in parents]
    names = _unique(with_suffix, [folder / name.name for folder, name in zip(folders, with_suffix)])
    names = _unique(names, [folder / source.inside.name for folder, source in zip(folders, sources)])
    filled = {str(folder).lower() for name in names for folder in name.parents}
    return [name.with_name(source.inside.name) if isinstance(source, Video) and str(name).lower() in filled else name
            for name, source in zip(names, sources)]


def _without_suffix(path: PurePath) -> PurePath:
    return path.with_suffix('') if path.suffix else path


def _unique(names: Sequence[PurePath], instead: Sequence[PurePath]) -> list[PurePath]:
    """The names, and in the place of those that several have, the other ones.

    A file system may take names for one that differ in the case of their letters only.
    """
    counts = Counter(str(name).lower() for name in names)
    return [other if counts[str(name).lower()] > 1 else name for name, other in zip(names, instead)]
