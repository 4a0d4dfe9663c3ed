"""At the end of a run: curves, and pictures of some validation images."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

import numpy as np
import torch

import mmcv
from mmcv.checkpoint import unwrap
from mmcv.dist import is_main
from mmcv.runner import HOOKS, Hook
from mmcv.runner.hooks.runner import Runner
from mmcv.utils import ConfigError, one_line
from mmseg.palette import Palette, random_palette
from mmseg.protocols import Samples
from mmseg.samples import class_names, palette, sample_files

from .curves import draw_curves
from .picture import as_picture, load_image, load_label, picture_path, predict
from .visualization import comparison


@HOOKS.register_module()
class ReportHook(Hook):
    """Leave ``curves.png`` and ``pictures/*.png`` (image, label, prediction) in the work directory.

    The curves go over the whole run, with what it did before it was resumed. Whatever cannot be drawn is left out, with
    a warning that says why: no report ends a run.

    Args:
        dataset: the validation set; its test pipeline prepares the images.
        pictures: how many images, evenly spread over the set; 0 for none.
        bands: which bands of the images are shown as red, green and blue, from 0; see :func:`.picture.as_picture`.

    Raises:
        ConfigError: ``pictures`` or ``bands`` are no such numbers.
    """

    def __init__(self, dataset: Samples, pictures: int = 8, bands: Sequence[int] | None = None) -> None:
        if not isinstance(pictures, int) or pictures < 0:
            raise ConfigError(f'report.pictures is {pictures!r}: use a whole number from 0 on')
        if bands is not None and (len(bands) != 3 or not all(isinstance(b, int) and b >= 0 for b in bands)):
            raise ConfigError(f'report.bands is {bands!r}: use three whole numbers from 0 on, of red, green and blue')
        self.dataset = dataset
        self.pictures = pictures
        self.bands = bands

    def after_run(self, runner: Runner) -> None:
        runner.model.eval()  # on every rank: sharded weights are gathered for it
        if is_main():
            _or_warn(runner, 'no curves.png', lambda: self._curves(runner))
            _or_warn(runner, 'no pictures', lambda: self._pictures(runner))

    def _curves(self, runner: Runner) -> None:
        out = Path(runner.work_dir, 'curves.png')
        try:
            drawn = draw_curves(runner.work_dir, out)
        except ImportError:
            runner.logger.info('no curves.png: it needs matplotlib (pip install matplotlib)')
        except FileNotFoundError:
            runner.logger.info('no curves.png: it is drawn from the .log.json of TextLoggerHook')
        else:
            if drawn:
                runner.logger.info(f'Curves: {out}')

    def _pictures(self, runner: Runner) -> None:
        count = min(self.pictures, len(self.dataset))
        if not count:
            return
        folder = Path(runner.work_dir, 'pictures')
        taken: set[PurePath] = set()
        for index in np.linspace(0, len(self.dataset) - 1, count).round().astype(int).tolist():
            _or_warn(runner, f'no picture of {sample_files(self.dataset, index)["img"]}',
                     lambda index=index: self._draw(unwrap(runner.model), index, folder, taken))
        if taken:
            runner.logger.info(f'Pictures (image, label, prediction): {folder}')

    def _draw(self, model: torch.nn.Module, index: int, folder: Path, taken: set[PurePath]) -> None:
        """Write the picture of one image; a name that is taken already gets the image's number."""
        path = picture_path(self.dataset, index).with_suffix('.png')
        path = path.with_stem(f'{path.stem}_{index}') if path in taken else path
        mmcv.imwrite(self._compare(model, index), str(folder / path))
        taken.add(path)

    def _compare(self, model: torch.nn.Module, index: int) -> np.ndarray:
        """An image beside its label and prediction."""
        prediction = predict(model, self.dataset, index)
        picture = as_picture(load_image(self.dataset, index), self.bands)
        return comparison(picture, load_label(self.dataset, index), prediction, self._colors(prediction))

    def _colors(self, prediction: np.ndarray) -> Palette:
        given = palette(self.dataset)
        names = class_names(self.dataset)
        return random_palette(len(names) if names else int(prediction.max()) + 1) if given is None else given


def _or_warn(runner: Runner, what: str, leave: Callable[[], None]) -> None:
    """Do a part of the report; an error in it is a warning that says what is missing and why."""
    try:
        leave()
    except Exception as error:  # whatever it is, the training is done and saved
        runner.logger.warning(f'{what}: {one_line(error) or type(error).__name__}')
