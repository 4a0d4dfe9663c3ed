"""What a run leaves to look at: a page that each evaluation refreshes, and curves and pictures at its end."""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

import numpy as np
import torch

import mmcv
from mmcv import dist
from mmcv.checkpoint import unwrap
from mmcv.config import Config
from mmcv.runner import HOOKS, Hook, LoggerHook
from mmcv.runner.hooks.runner import Runner
from mmcv.utils import ConfigError, one_line
from mmseg.evaluation.curves import draw_curves
from mmseg.evaluation.eval_hooks import EvalHook
from mmseg.evaluation.picture import as_picture, load_image, load_label, picture_path, predict
from mmseg.evaluation.visualization import comparison
from mmseg.page.render import write_page
from mmseg.palette import Palette, random_palette
from mmseg.protocols import Samples
from mmseg.samples import class_names, palette, sample_files, spread

from .page import page_of
from .run import NoRun, config_lines, read_run
from .snapshot import Snapshot
from .taking import take_snapshot


@HOOKS.register_module()
class ReportHook(Hook):
    """Leave ``report.html``, ``curves.png`` and ``pictures/*.png`` (image, label, prediction) in the work directory.

    The page is refreshed after each evaluation, the rest is made at the end. All of it goes over the whole run, with
    what it did before it was resumed. Whatever cannot be drawn is left out, with a warning that says why: no report
    ends a run.

    Args:
        dataset: the validation set; its test pipeline prepares the images.
        pictures: how many images, evenly spread over the set; on the page, this many of the best and worst, and up to
            as many again that hold the largest confusions. 0 for none.
        bands: which bands of the images are shown as red, green and blue, from 0; see
            :func:`mmseg.evaluation.picture.as_picture`.
        page: whether there is a ``report.html``.
        seconds: the time that an evaluation may take longer, to predict images for the page.
        logged: how many images, the same ones each time, are shown beside label and prediction by the loggers that show
            pictures (TensorBoard, W&B, MLflow, Trackio) after each evaluation.
        evaluation: the hook whose evaluations refresh the page; without, it holds what the logs tell.
        config: that of the run, for the page.

    Raises:
        ConfigError: a value means nothing.
    """

    def __init__(
        self, dataset: Samples, pictures: int = 8, bands: Sequence[int] | None = None, page: bool = True,
        seconds: float = 20, logged: int = 0, evaluation: Hook | None = None, config: Config | None = None,
    ) -> None:
        for name, count in (('pictures', pictures), ('logged', logged)):
            if not isinstance(count, int) or count < 0:
                raise ConfigError(f'report.{name} is {count!r}: use a whole number from 0 on')
        if bands is not None and (len(bands) != 3 or not all(isinstance(b, int) and b >= 0 for b in bands)):
            raise ConfigError(f'report.bands is {bands!r}: use three whole numbers from 0 on, of red, green and blue')
        if not isinstance(page, bool):
            raise ConfigError(f'report.page is {page!r}: use True or False')
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise ConfigError(f'report.seconds is {seconds!r}: use a number from 0 on')
        self.dataset = dataset
        self.pictures = pictures
        self.bands = bands
        self.page = page
        self.seconds = seconds
        self.evaluation = evaluation if isinstance(evaluation, EvalHook) else None
        self.config = config
        self.logged = logged
        self._snapshot: Snapshot | None = None
        self._for_loggers: dict[str, np.ndarray] = {}
        if (page or logged) and self.evaluation is not None:
            self.evaluation.onlookers.append(self._look)

    def _look(self, runner: Runner) -> None:
        """Keep what the evaluation shows, while the evaluated weights are in the model; every rank has to call it."""
        training = runner.model.training
        runner.model.eval()
        if dist.is_main():
            dist.note_activity('looking at validation images for the report')
            if self.page:
                _or_warn(runner, 'report.html: no pictures and confusions', lambda: self._take(runner))
            if self.logged:
                _or_warn(runner, 'no pictures for loggers', lambda: self._compare_for_loggers(unwrap(runner.model)))
        runner.model.train(training)

    def _take(self, runner: Runner) -> None:
        self._snapshot = None
        self._snapshot = take_snapshot(
            unwrap(runner.model), self.dataset, self.evaluation.latest_results, self.pictures, self.bands, self.seconds)
        if problems := self._snapshot.problems:
            runner.logger.warning(f'report.html: {len(problems)} images are left out, the first is {problems[0]}')
        of, number = ('iteration', runner.finished_iters) if runner.max_epochs is None else (
            'epoch', runner.finished_epochs)
        self._snapshot.done = f'{of} {number} of {runner.max_iters if of == "iteration" else runner.max_epochs}'
        self._snapshot.when = time.strftime('%Y-%m-%d %H:%M')
        self._snapshot.environment = str(runner.meta.get('env_info', ''))
        self._snapshot.config = config_lines(self.config) if self.config is not None else []

    def after_train_iter(self, runner: Runner) -> None:
        self._refresh(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        self._refresh(runner)

    def _compare_for_loggers(self, model: torch.nn.Module) -> None:
        for index in spread(len(self.dataset), self.logged):
            name = f'pictures/{picture_path(self.dataset, index).with_suffix("").as_posix()}'
            self._for_loggers[name] = np.ascontiguousarray(self._compare(model, index)[..., ::-1])

    def _refresh(self, runner: Runner) -> None:
        """Write the page if there was an evaluation; by now it is in the log, and its checkpoint is saved."""
        pictures, self._for_loggers = self._for_loggers, {}
        for hook in runner.hooks if pictures else ():
            if isinstance(hook, LoggerHook):
                _or_warn(runner, f'no pictures in {type(hook).__name__}',
                         lambda hook=hook: hook.log_pictures(runner, pictures))
        if self._snapshot is not None:
            _or_warn(runner, 'no report.html', lambda: self._write(runner))
            self._snapshot = None

    def _write(self, runner: Runner) -> None:
        if self._snapshot is not None:
            self._snapshot.metrics = {
                name: value for name, value in runner.metrics.items() if isinstance(value, float)}
            self._snapshot.save(runner.work_dir)
        write_page(Path(runner.work_dir, 'report.html'), page_of(read_run(runner.work_dir)))

    def after_run(self, runner: Runner) -> None:
        runner.model.eval()  # on every rank: sharded weights are gathered for it
        if not dist.is_main():
            return
        _or_warn(runner, 'no curves.png', lambda: self._curves(runner))
        _or_warn(runner, 'no pictures', lambda: self._pictures(runner))
        if self.page:
            _or_warn(runner, 'no report.html', lambda: self._finish(runner))

    def _finish(self, runner: Runner) -> None:
        with contextlib.suppress(NoRun):  # the lines before have said that there is no log
            self._write(runner)
            runner.logger.info(f'Report: {Path(runner.work_dir, "report.html")}')

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
        folder = Path(runner.work_dir, 'pictures')
        taken: set[PurePath] = set()
        for index in spread(len(self.dataset), self.pictures):
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
