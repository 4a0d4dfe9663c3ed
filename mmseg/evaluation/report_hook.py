"""At the end of a run: curves, and pictures of some validation images."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

import mmcv
from mmcv.dist import is_main
from mmcv.parallel import collate, to_device
from mmcv.runner import HOOKS, Hook

from .visualization import comparison, draw_curves


@HOOKS.register_module()
class ReportHook(Hook):
    """Leave ``curves.png`` and ``pictures/*.png`` (image, label, prediction) in the work directory.

    Args:
        dataset: the validation set; its test pipeline prepares the images.
        pictures: how many images, evenly spread over the set; 0 for none.
    """

    def __init__(self, dataset: Any, pictures: int = 8) -> None:
        self.dataset = dataset
        self.pictures = pictures

    def after_run(self, runner: Any) -> None:
        runner.model.eval()  # on every rank: sharded weights are gathered for it
        if is_main():
            self._curves(runner)
            self._pictures(runner)

    def _curves(self, runner: Any) -> None:
        out = Path(runner.work_dir, 'curves.png')
        try:
            drawn = draw_curves(Path(runner.work_dir, f'{runner.timestamp}.log.json'), out)
        except ImportError:
            runner.logger.info('no curves.png: it needs matplotlib (pip install matplotlib)')
        except FileNotFoundError:
            runner.logger.info('no curves.png: it is drawn from the .log.json of TextLoggerHook')
        else:
            if drawn:
                runner.logger.info(f'Curves: {out}')

    def _pictures(self, runner: Any) -> None:
        count = min(self.pictures, len(self.dataset))
        if not count:
            return
        folder = Path(runner.work_dir, 'pictures')
        model = getattr(runner.model, 'module', runner.model)
        for index in np.linspace(0, len(self.dataset) - 1, count).round().astype(int).tolist():
            name, picture = self._compare(model, index)
            mmcv.imwrite(picture, str(folder / f'{name}.png'))
        runner.logger.info(f'Pictures (image, label, prediction): {folder}')

    def _compare(self, model: torch.nn.Module, index: int) -> tuple[str, np.ndarray]:
        """The name of an image, and the image beside its label and prediction."""
        batch = to_device(collate([self.dataset[index]]), next(model.parameters()).device)
        with torch.no_grad():
            prediction = model(return_loss=False, rescale=True, **batch)[0]
        path = self.dataset.sample_files(index)['img']
        return Path(path).stem, comparison(
            mmcv.imread(path), self.dataset.eval_label(index), prediction, self.dataset.PALETTE)
