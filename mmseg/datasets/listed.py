"""The data set of pairs that a text file lists: for images and labels whose names and folders differ at will."""

from collections.abc import Sequence
from typing import Any

from mmcv.utils import ConfigError

from .builder import DATASETS
from .custom import CustomDataset
from .missing_files import require_files
from .name_list import read_names


@DATASETS.register_module()
class ListedDataset(CustomDataset):
    """A list of images and labels: one image per line, a tabulator, and its label, relative to the folders.

    Args:
        split: the text file.
        img_dir, ann_dir: what the paths of images and of labels are relative to; '' for ``data_root`` itself.
        **kwargs: of :class:`CustomDataset`.

    Raises:
        ConfigError: a line that is not a pair, or files that are not there.
    """

    def __init__(self, split: str, img_dir: str = '', ann_dir: str = '', **kwargs: Any) -> None:
        super().__init__(split=split, img_dir=img_dir, ann_dir=ann_dir, **kwargs)

    def load_annotations(
        self, img_dir: str, img_suffix: str | Sequence[str], ann_dir: str | None, seg_map_suffix: str | Sequence[str],
        split: str | None,
    ) -> list[dict]:
        """The pairs of the list, in its order."""
        infos = []
        for number, line in enumerate(read_names(split, 'split', self.file_client_args), 1):
            image, separator, label = line.partition('\t')
            if not separator:
                raise ConfigError(f'split: {split!r}, line {number}: an image, a tabulator and a label are needed, '
                                  f'not {line[:80]!r}')
            infos.append({'filename': image.strip(), 'ann': {'seg_map': label.strip()}})
        require_files('image', img_dir, [info['filename'] for info in infos])
        require_files('label', ann_dir, [info['ann']['seg_map'] for info in infos])
        return infos
