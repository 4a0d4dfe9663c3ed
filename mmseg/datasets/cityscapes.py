"""The data set of Cityscapes."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmcv.utils import ConfigError, print_log
from mmseg.evaluation.counting import ConfusionMatrix
from mmseg.evaluation.evaluator import Evaluator
from mmseg.labels import read_label_map

from .builder import DATASETS
from .custom import CustomDataset
from .known.cityscapes import FACTS
from .submission import write_label_maps


@DATASETS.register_module()
class CityscapesDataset(CustomDataset):
    """Cityscapes: ``*_leftImg8bit.png`` with label maps ``*_gtFine_labelTrainIds.png`` of 19 classes."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(
        self, img_suffix: str = FACTS.img_suffix, seg_map_suffix: str = FACTS.seg_map_suffix, **kwargs: Any
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    def format_results(
        self, results: list, imgfile_prefix: str, to_label_id: bool = True, indices: list[int] | None = None
    ) -> list[str]:
        """Write ``imgfile_prefix/NAME.png`` as palette images for the test server.

        Args:
            results: (H, W) label maps.
            imgfile_prefix: the folder.
            to_label_id: write the server's ids instead of the classes' indices.
            indices: the samples that they belong to; None takes them in order.

        Returns:
            The paths of the files.
        """
        return self.results2img(results, imgfile_prefix, to_label_id, indices)

    @staticmethod
    def _convert_to_label_id(result: np.ndarray) -> np.ndarray:
        """The server's ids of indices of all classes, (H, W)."""
        ids = np.zeros(256, np.uint8)
        ids[:len(FACTS.server_ids)] = FACTS.server_ids
        return ids[read_label_map(result)]

    def results2img(
        self, results: list, imgfile_prefix: str, to_label_id: bool, indices: list[int] | None = None
    ) -> list[str]:
        """The step of :meth:`format_results` that writes the files, for subclasses that change it alone."""
        if not to_label_id:
            return write_label_maps(self, results, imgfile_prefix, indices, palette=self.PALETTE)
        palette = np.zeros((256, 3), np.uint8)
        palette[list(FACTS.server_ids)] = FACTS.palette
        return write_label_maps(self, results, imgfile_prefix, indices, FACTS.server_ids, palette)

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> Evaluator:
        """As :meth:`CustomDataset.new_evaluator`; for the metric ``cityscapes`` there is nothing to count."""
        return super().new_evaluator(_without_official(metric), bootstrap)

    def evaluate(
        self,
        results: Evaluator | ConfusionMatrix | Sequence,
        metric: str | Sequence[str] = 'mIoU',
        logger: logging.Logger | str | None = None,
        imgfile_prefix: str | None = None,
        **kwargs: Any,
    ) -> dict[str, float]:
        """As :meth:`CustomDataset.evaluate`; the metric ``cityscapes`` is the official script's.

        Args:
            results, metric, logger, **kwargs: as there.
            imgfile_prefix: the folder of the formatted results, for the metric ``cityscapes``.

        Raises:
            ConfigError: that metric without ``imgfile_prefix`` or without the package cityscapesscripts.
        """
        values = self._official(imgfile_prefix, logger) if 'cityscapes' in metric else {}
        if others := _without_official(metric):
            values |= super().evaluate(results, others, logger, **kwargs)
        return values

    def _official(self, folder: str | None, logger: logging.Logger | str | None) -> dict[str, float]:
        if folder is None:
            raise ConfigError("metric 'cityscapes' reads formatted results: set imgfile_prefix to their folder")
        try:
            from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as official
        except ImportError:
            raise ConfigError("metric 'cityscapes' is the official script's: pip install cityscapesscripts") from None
        print_log(f'Evaluating {folder} with cityscapesscripts', logger)
        official.args.evalInstLevelScore = True
        official.args.evalPixelAccuracy = True
        official.args.JSONOutput = False
        official.args.predictionPath = str(Path(folder).absolute())
        labels = [str(path) for path in sorted(Path(self.ann_dir).rglob('*gtFine_labelIds.png'))]
        predictions = [official.getPrediction(official.args, label) for label in labels]
        return official.evaluateImgLists(predictions, labels, official.args)


def _without_official(metric: str | Sequence[str]) -> list[str]:
    return [name for name in ([metric] if isinstance(metric, str) else metric) if name != 'cityscapes']
