"""What the parts of mmseg ask of each other."""

from typing import Any


def sample_files(dataset: Any, index: int) -> dict[str, str]:
    """The files of a sample, ``img`` and, if it has one, ``label``; of a data set without files, its number."""
    find = getattr(dataset, 'sample_files', None)
    return find(index) if find else {'img': f'sample {index}'}
