"""The data set of images in one folder and label maps in another; all others derive from it."""

import functools
import logging
import os
import os.path as osp
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from torch.utils.data import Dataset

from mmcv.fileio import FileClient
from mmcv.utils import ConfigError, print_log
from mmcv.utils.methods import passes_over_unknown
from mmseg.checks import Facts, Problem, check_part
from mmseg.evaluation.adapters import evaluate_results, pre_evaluate
from mmseg.evaluation.areas import Areas
from mmseg.evaluation.counting import ConfusionMatrix
from mmseg.evaluation.evaluator import Evaluator
from mmseg.evaluation.label_maps import write_class_indices
from mmseg.labels import check_ignore_index, remap_label
from mmseg.logger import get_root_logger
from mmseg.palette import plain_palette, random_palette
from mmseg.protocols import HoldsTransforms, ReducesLabels, Transform

from .builder import DATASETS
from .cache import Image, build_cache
from .classes import check_classes, read_classes, subset_label_map
from .img_infos import ImgInfos, list_images
from .missing_files import require_files, require_folder
from .pipelines import Compose, LoadAnnotations, LoadImageFromFile


@DATASETS.register_module()
class CustomDataset(Dataset):
    """Images and label maps that differ in folder and suffix only.

    .. code-block:: none

        data_root
        ├── img_dir
        │   ├── xxx{img_suffix}
        │   └── some/folder/yyy{img_suffix}
        └── ann_dir
            ├── xxx{seg_map_suffix}
            └── some/folder/yyy{seg_map_suffix}

    Label maps hold the class of each pixel as its value (or palette index): 0 for the first class, or 1 with
    ``reduce_zero_label``.

    Args:
        pipeline: transforms, as configs or callables.
        img_dir, ann_dir: folders, below ``data_root`` unless absolute; without ``ann_dir`` there are no labels.
        img_suffix, seg_map_suffix: what file names end in, in upper or lower case; or several such endings, the
            preferred one first.
        split: a text file with one name per line, without suffix; None takes all files of ``img_dir`` in sorted order.
        data_root: see above.
        test_mode: whether samples come without their label.
        ignore_index: the label value that counts neither for the loss nor for metrics; None if nothing is ignored.
        reduce_zero_label: whether the value 0 means "no class" and 1 the first class.
        classes: names, or a text file with one per line. Where the data set knows its classes, a subset of them, in a
            new order if wanted; the other classes are ignored.
        palette: one [red, green, blue] per class, whole numbers of 0 to 255 or fractions of 0.0 to 1.0; None takes
            the data set's, or draws colours.
        gt_seg_map_loader_cfg: arguments of LoadAnnotations for evaluation.
        file_client_args: of :func:`mmcv.fileio.get_bytes`, for reading ``split``.
        fuse: let the usual transforms work in one pass; see :class:`.pipelines.Compose`.
        cache: ``dict(type='disk', dir=...)`` keeps decoded images and labels on disk, see :class:`.cache.DiskCache`; by
            default in ``.decoded`` below ``data_root`` (or ``img_dir``).

    Attributes:
        CLASSES, PALETTE: names and colours in use.
        img_infos: reads like a list of ``dict(filename=..., ann=dict(seg_map=...))``.
        label_map: of a subset of the classes, {class in the files: class in use, or -1 if ignored}; else None.

    Raises:
        ConfigError: a folder that is not there or empty, an image without a label in training, unknown classes.
    """

    CLASSES: Sequence[str] | None = None
    PALETTE: Sequence[Sequence[int]] | None = None

    def __init__(
        self,
        pipeline: Sequence,
        img_dir: str | os.PathLike,
        img_suffix: str | Sequence[str] = '.jpg',
        ann_dir: str | os.PathLike | None = None,
        seg_map_suffix: str | Sequence[str] = '.png',
        split: str | os.PathLike | None = None,
        data_root: str | os.PathLike | None = None,
        test_mode: bool = False,
        ignore_index: int | None = 255,
        reduce_zero_label: bool = False,
        classes: Sequence[str] | str | None = None,
        palette: Sequence[Sequence[int]] | None = None,
        gt_seg_map_loader_cfg: Mapping | None = None,
        file_client_args: Mapping | None = None,
        fuse: bool = True,
        cache: Mapping | None = None,
    ) -> None:
        self.pipeline = Compose(pipeline, fuse)
        self.img_suffix = img_suffix
        self.seg_map_suffix = seg_map_suffix
        self.data_root = None if data_root is None else os.fspath(data_root)
        self.img_dir = self._below_root(img_dir)
        self.ann_dir = self._below_root(ann_dir)
        self.split = self._below_root(split)
        self.test_mode = test_mode
        self.ignore_index = ignore_index
        self.reduce_zero_label = reduce_zero_label
        self.label_map = None
        known = self.CLASSES or ()
        self.CLASSES, colors = self.get_classes_and_palette(classes, palette)
        check_classes(self.CLASSES or ())
        left_out = [known[old] for old, new in (self.label_map or {}).items() if new < 0]
        check_ignore_index(self.ignore_index, self.reduce_zero_label, left_out)
        self.PALETTE = None if colors is None else plain_palette(colors, f'the palette of {type(self).__name__}')
        self.gt_seg_map_loader = LoadAnnotations(**(gt_seg_map_loader_cfg or {}))
        self.file_client_args = dict(file_client_args or {'backend': 'disk'})
        self.cache = build_cache(cache, self.data_root or self.img_dir)
        if test_mode and self.CLASSES is None:
            raise ConfigError('a data set to test on needs class names: set classes')
        self.img_infos = self.load_annotations(
            self.img_dir, self.img_suffix, self.ann_dir, self.seg_map_suffix, self.split)

    @functools.cached_property
    def file_client(self) -> FileClient:
        """The client of ``file_client_args``, for subclasses that list and read files by it."""
        return FileClient.infer_client(self.file_client_args)

    def _below_root(self, path: str | os.PathLike | None) -> str | None:
        return None if path is None else osp.join(self.data_root or '', path)

    def __len__(self) -> int:
        return len(self.img_infos)

    def load_annotations(
        self,
        img_dir: str,
        img_suffix: str | Sequence[str],
        ann_dir: str | None,
        seg_map_suffix: str | Sequence[str],
        split: str | None,
    ) -> Sequence[dict]:
        """List the images; a subclass may return a plain list of dicts.

        Returns:
            One ``dict(filename=..., ann=dict(seg_map=...))`` per image, names relative to ``img_dir`` and ``ann_dir``.
        """
        require_folder('data_root', self.data_root)
        infos = list_images(
            img_dir, img_suffix, ann_dir, seg_map_suffix, split, not self.test_mode, self.file_client_args)
        print_log(f'Loaded {len(infos)} images', logger=get_root_logger())
        return infos

    def get_ann_info(self, idx: int) -> dict:
        """``dict(seg_map=...)`` of a sample; without ``ann_dir`` a ConfigError."""
        info = self.img_infos[idx]
        if 'ann' not in info:
            raise ConfigError(f'{info["filename"]}: there is no label for it: set ann_dir')
        return info['ann']

    def require_labels(self) -> None:
        """See that every image has its label before an evaluation is begun.

        Raises:
            ConfigError: there is no ``ann_dir``, or label files are missing.
        """
        infos = self.img_infos
        if isinstance(infos, ImgInfos) and self.ann_dir is not None and not infos.missing_labels:
            return
        require_files('label', self.ann_dir, [self.get_ann_info(index)['seg_map'] for index in range(len(self))])

    def sample_files(self, idx: int) -> dict[str, str]:
        """Paths of a sample's files, ``img`` and, where there is one, ``label``."""
        info = self.img_infos[idx]
        files = {'img': osp.join(self.img_dir or '', info['filename'])}
        if 'ann' in info:
            files['label'] = osp.join(self.ann_dir or '', info['ann']['seg_map'])
        return files

    def files_to_decode(self, indices: Iterable[int]) -> Iterator[Image]:
        """What is decoded for the samples of these indices, and how: what the cache is to hold."""
        loaders = [transform for transform in self._transforms()
                   if isinstance(transform, (LoadImageFromFile, LoadAnnotations))]
        if self.test_mode:
            loaders.append(self.gt_seg_map_loader)
        for index in indices:
            files = self.sample_files(index)
            for loader in loaders:
                path = files.get('img' if isinstance(loader, LoadImageFromFile) else 'label')
                if path is not None:
                    yield Image(path, loader.color_type, loader.imdecode_backend)

    def pre_pipeline(self, results: dict) -> None:
        """Add to ``results`` what loading needs: folders, and how to rename labels for a subset of the classes."""
        results['seg_fields'] = []
        results['img_prefix'] = self.img_dir
        results['seg_prefix'] = self.ann_dir
        results['ignore_index'] = self.ignore_index
        if self.cache is not None:
            results['cache'] = self.cache
        if self.custom_classes:
            results['label_map'] = self._file_label_map()

    def _file_label_map(self) -> dict[int, int] | None:
        """``label_map`` as loading applies it: to the values in the files, before ``reduce_zero_label`` lowers them."""
        if self.label_map is None:
            return None
        first = int(self.reduce_zero_label)
        return {old + first: -1 if new < 0 else new + first for old, new in self.label_map.items()}

    def __getitem__(self, idx: int) -> dict:
        return self.prepare_test_img(idx) if self.test_mode else self.prepare_train_img(idx)

    def prepare_train_img(self, idx: int) -> dict:
        """Image and label of a sample, through the pipeline."""
        return self._prepare({'img_info': self.img_infos[idx], 'ann_info': self.get_ann_info(idx)})

    def prepare_test_img(self, idx: int) -> dict:
        """The image of a sample, through the pipeline."""
        return self._prepare({'img_info': self.img_infos[idx]})

    def load_image(self, idx: int) -> np.ndarray:
        """The image of a sample as the pipeline first has it: before it is resized or normalised."""
        info = self.img_infos[idx]
        results = {'img_info': info, **({'ann_info': info['ann']} if 'ann' in info else {})}
        self.pre_pipeline(results)
        for transform in self.pipeline.transforms:
            results = transform(results)
            if results is None or 'img' in results:
                break
        if not results or 'img' not in results:
            raise ConfigError(f'{info["filename"]}: no transform of the pipeline loads the image')
        return results['img']

    def _prepare(self, results: dict) -> dict:
        self.pre_pipeline(results)
        return self.pipeline(results)

    def get_gt_seg_map_by_idx(self, index: int) -> np.ndarray:
        """The label map of a sample as its file has it (and ``gt_seg_map_loader_cfg`` asks for), (H, W)."""
        results = {'ann_info': self.get_ann_info(index)}
        self.pre_pipeline(results)
        return self.gt_seg_map_loader(results)['gt_semantic_seg']

    def get_gt_seg_maps(self, efficient_test: bool | None = None) -> Iterator[np.ndarray]:
        """All of them, one at a time; ``efficient_test`` is there for old code and without effect."""
        return (self.get_gt_seg_map_by_idx(index) for index in range(len(self)))

    def eval_label(self, index: int) -> np.ndarray:
        """The label map of a sample in class indices, ``reduce_zero_label`` resolved, (H, W)."""
        return self._in_class_indices(self.get_gt_seg_map_by_idx(index))

    def _in_class_indices(self, label: np.ndarray) -> np.ndarray:
        to_reduce = self.reduce_zero_label and not self.gt_seg_map_loader.reduce_zero_label
        return remap_label(label, None, True, self.ignore_index) if to_reduce else label

    def check(self, facts: Facts) -> list[Problem]:
        """What the transforms find."""
        return check_part(self.pipeline, facts, 'pipeline')

    def label_mapping(self) -> dict[int, str | None]:
        """What each value in the label files means: the name of a class in use, or None where it is ignored."""
        used = self.label_map or {i: i for i in range(len(self.CLASSES or ()))}
        first = int(self.reduce_zero_label)
        mapping = {old + first: None if new < 0 else self.CLASSES[new] for old, new in used.items()}
        ignored = {} if self.ignore_index is None else {self.ignore_index: None}
        return dict(sorted({**({0: None} if first else {}), **mapping, **ignored}.items()))

    def describe_labels(self) -> str:
        """The mapping of :meth:`label_mapping` in one line, for the log; a second one where training contradicts it."""
        pairs = ', '.join(f'{value} = {name or "(ignored)"}' for value, name in self.label_mapping().items())
        text = f'Labels in {self.ann_dir}: {pairs}'
        for transform in self._transforms():
            reduces = transform.reduce_zero_label if isinstance(transform, ReducesLabels) else self.reduce_zero_label
            if reduces != self.reduce_zero_label:
                text += (f'\nWARNING: {type(transform).__name__} has reduce_zero_label={reduces} and the data set '
                         f'{self.reduce_zero_label}: training and evaluation would disagree by one class')
        return text

    def _transforms(self) -> Sequence[Transform]:
        """Those of the pipeline; none where a user has put something else in its place."""
        return self.pipeline.transforms if isinstance(self.pipeline, HoldsTransforms) else ()

    def pre_eval(self, preds: list | np.ndarray | str, indices: int | list[int]) -> list[Areas]:
        """Count label maps (H, W) against the labels of ``indices``; one result per image, for :meth:`evaluate`."""
        return pre_evaluate(self, preds, indices)

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> Evaluator:
        """An empty evaluator; fill it with ``add(label_maps, indices)``, and give it to :meth:`evaluate`."""
        return Evaluator(self, metric, bootstrap)

    @passes_over_unknown
    def evaluate(
        self,
        results: Evaluator | ConfusionMatrix | Sequence,
        metric: str | Sequence[str] = 'mIoU',
        logger: logging.Logger | str | None = None,
        gt_seg_maps: Iterable[np.ndarray] | None = None,
        bootstrap: int = 0,
    ) -> dict[str, float]:
        """Compute metrics and print them as two tables.

        Args:
            results: an evaluator, a confusion matrix, results of :meth:`pre_eval`, or label maps (arrays or files).
            metric: some of mIoU, mDice, mFscore and mBIoU (boundary IoU, Cheng et al., CVPR 2021).
            logger: as for :func:`mmcv.utils.print_log`.
            gt_seg_maps: labels for label maps; None reads the data set's.
            bootstrap: number of resamples for the 95 % interval of mIoU over images, 0 for none.

        Returns:
            ``aAcc``, the mean and the per-class value of each metric (``mIoU``, ``IoU.road``, ...), in 0 ... 1 and
            rounded to four places; ``mIoU.low`` and ``mIoU.high`` with ``bootstrap``.
        """
        labels = self.get_gt_seg_maps() if gt_seg_maps is None else gt_seg_maps
        return evaluate_results(self, results, map(self._in_class_indices, labels), metric, logger, bootstrap)

    @passes_over_unknown
    def format_results(self, results: list, imgfile_prefix: str, indices: list[int] | None = None) -> list[str]:
        """Write class indices as palette images ``imgfile_prefix/NAME.png``; returns the paths.

        Data sets with a test server write what that wants.
        """
        return write_class_indices(self, results, imgfile_prefix, indices)

    def get_classes_and_palette(
        self, classes: Sequence[str] | str | None = None, palette: Sequence[Sequence[int]] | None = None
    ) -> tuple[Sequence[str] | None, Sequence[Sequence[int]] | None]:
        """Resolve the arguments of these names; sets ``custom_classes`` and ``label_map``.

        Raises:
            ConfigError: a class that the data set does not know, or another number of colours than of classes.
        """
        self.custom_classes = classes is not None
        if not self.custom_classes:
            return self.CLASSES, self.PALETTE if palette is None else palette
        names = read_classes(classes)
        if self.CLASSES:
            self.label_map = subset_label_map(self.CLASSES, names)
        palette = self.get_palette_for_custom_classes(names, palette)
        if len(palette) != len(names):
            raise ConfigError(f'palette: {len(palette)} colours for {len(names)} classes: give one per class')
        return names, palette

    def get_palette_for_custom_classes(
        self, class_names: Sequence[str], palette: Sequence[Sequence[int]] | None = None
    ) -> Sequence[Sequence[int]]:
        """The given colours; else those that the data set has for these classes; else drawn ones."""
        if palette is not None:
            return palette
        if self.PALETTE is None:
            return random_palette(len(class_names))
        return [self.PALETTE[place] for place in self.places_of_classes()] if self.label_map else self.PALETTE

    def places_of_classes(self) -> list[int]:
        """For each class in use its place among those that the data set has."""
        if self.label_map is None:
            return list(range(len(self.CLASSES)))
        return [old for _, old in sorted((new, old) for old, new in self.label_map.items() if new >= 0)]
