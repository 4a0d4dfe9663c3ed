"""Curves, checkpoints and predictions in Weights & Biases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mmcv.checkpoint import kept_rng_state, unwrap
from mmcv.dist import is_main
from mmcv.engine import EvalHook
from mmcv.image import bgr2rgb
from mmcv.runner import HOOKS, WandbLoggerHook
from mmcv.runner.hooks.runner import Runner
from mmseg.samples import class_names

from .picture import as_picture, load_image, load_label, picture_path, predict

_SEED = 42  # the same images in every run


@HOOKS.register_module()
class MMSegWandbHook(WandbLoggerHook):
    """:class:`WandbLoggerHook` that also uploads checkpoints, and tables of images, labels and predictions.

    Args:
        init_kwargs, interval: as for :class:`WandbLoggerHook`.
        log_checkpoint: upload every checkpoint that is saved, as versions of the artifact ``run_ID_model``.
        log_checkpoint_metadata: with the metrics, where it was evaluated too.
        num_eval_images: how many images of the validation set are shown after every evaluation, as versions of the
            artifact ``run_ID_pred``; 0 for none.
        **kwargs: the other arguments of :class:`WandbLoggerHook`.
    """

    def __init__(
        self, init_kwargs: dict | None = None, interval: int = 50, log_checkpoint: bool = False,
        log_checkpoint_metadata: bool = False, num_eval_images: int = 100, **kwargs: Any,
    ) -> None:
        super().__init__(init_kwargs, interval, **kwargs)
        self.log_checkpoint = log_checkpoint
        self.log_checkpoint_metadata = log_checkpoint_metadata
        self.num_eval_images = num_eval_images
        self._uploaded: str | None = None
        self._evaluated = -1

    def before_run(self, runner: Runner) -> None:
        super().before_run(runner)
        self._uploaded = runner.hook_msgs.get('last_ckpt')
        if self.num_eval_images and not any(isinstance(hook, EvalHook) for hook in runner.hooks):
            runner.logger.warning('MMSegWandbHook shows no images: nothing is evaluated in this run')

    def after_train_iter(self, runner: Runner) -> None:
        super().after_train_iter(runner)
        self._upload_checkpoint(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        super().after_train_epoch(runner)
        self._upload_checkpoint(runner)

    def after_evaluation(self, runner: Runner) -> None:
        super().after_evaluation(runner)
        self._evaluated = runner.finished_iters
        hook = next((hook for hook in runner.hooks if isinstance(hook, EvalHook)), None)
        if self.num_eval_images and hook is not None and is_main():
            table = self.wandb.Table(columns=['image_name', 'ground_truth', 'prediction'])
            with kept_rng_state(), runner.step_context():
                for row in self._rows(runner, hook):
                    table.add_data(*row)
            artifact = self.wandb.Artifact(f'run_{self.wandb.run.id}_pred', type='evaluation')
            artifact.add(table, 'eval_data')
            self.wandb.log_artifact(artifact)

    def _rows(self, runner: Runner, hook: EvalHook) -> Iterator[tuple]:
        """The name of an image, it under its label, and it under its prediction, of the images that are shown."""
        dataset = hook.dataloader.dataset
        names = class_names(dataset)
        indices = np.random.default_rng(_SEED).permutation(len(dataset))[:self.num_eval_images]
        for index in indices.tolist():
            picture = bgr2rgb(as_picture(load_image(dataset, index)))
            prediction = predict(unwrap(runner.model), dataset, index)
            labels = dict(enumerate(names or map(str, range(int(prediction.max()) + 1))))
            masks = {'ground_truth': load_label(dataset, index), 'prediction': prediction}
            yield picture_path(dataset, index).as_posix(), *(
                None if mask is None else
                self.wandb.Image(picture, masks={name: {'mask_data': mask, 'class_labels': labels}})
                for name, mask in masks.items())

    def _upload_checkpoint(self, runner: Runner) -> None:
        path = runner.hook_msgs.get('last_ckpt')
        if not self.log_checkpoint or path == self._uploaded or not is_main():
            return
        self._uploaded = path
        runner.wait_for_checkpoint()
        metrics = runner.metrics if self.log_checkpoint_metadata and self._evaluated == runner.finished_iters else {}
        artifact = self.wandb.Artifact(
            f'run_{self.wandb.run.id}_model', type='model',
            metadata={'iter': runner.finished_iters, 'epoch': runner.finished_epochs, **metrics})
        artifact.add_file(path)
        self.wandb.log_artifact(artifact, aliases=[Path(path).stem, 'latest'])
