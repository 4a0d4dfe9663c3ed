"""Several models as one: each sees an image as its own test pipeline makes it; probabilities are averaged."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from mmcv.parallel import to_device
from mmcv.utils import ConfigError
from mmseg.assembly.load import as_config
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import load_trained
from mmseg.assembly.speed import prepare_inference, speed_up
from mmseg.protocols import GivesProbabilities, Samples, require
from mmseg.samples import class_names, sample_files
from mmseg.settings import Settings


class Ensemble:
    """Models with their weights, each with the loader of its config's test set.

    Args:
        members: (config, checkpoint) of each; a config is a path, a bare name, or a loaded config.
        devices: dealt out in turn; None leaves it to the configs.
        adapt: what to do to the settings of each, a change of its test pipeline for example.

    Attributes:
        dataset: the test set of the first, which all others have to have too.
        models: in eval mode, each on its device.

    Raises:
        ConfigError: no member, or test sets of other images or classes.
    """

    def __init__(
        self, members: Sequence[tuple[str, str]], devices: Sequence[str] | None = None,
        adapt: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> None:
        if not members:
            raise ConfigError('an ensemble needs a config and a checkpoint at least')
        self.models: list[nn.Module] = []
        self._loaders: list[DataLoader] = []
        for number, (config, checkpoint) in enumerate(members):
            settings = adapt(Settings.of(as_config(config), devices[number % len(devices)] if devices else None))
            loader = build_test_loader(settings, 'test')
            if self._loaders:
                _check_same(self._loaders[0].dataset, loader.dataset, str(config))
            model = load_trained(settings, checkpoint, loader.dataset, strict=True)
            model = prepare_inference(model, settings).to(settings.device)
            require(model, GivesProbabilities, f'{config}: an ensemble')
            self.models.append(speed_up(model, settings).eval())
            self._loaders.append(loader)
        self.dataset: Samples = self._loaders[0].dataset

    def __iter__(self) -> Iterator[tuple[list[np.ndarray], list[int]]]:
        """Label maps (H, W) and the indices of their samples, batch by batch."""
        for indices, *batches in zip(self._loaders[0].batch_sampler, *self._loaders):
            yield list(self._labels(batches).cpu().numpy()), list(indices)

    @torch.no_grad()
    def _labels(self, batches: Sequence[dict]) -> torch.Tensor:
        """(N, H, W) classes of the mean probabilities."""
        total = 0
        for model, batch in zip(self.models, batches):
            _, probs = model.predict_probabilities(**to_device(batch, next(model.parameters()).device))
            total = total + probs.cpu()
        mean, first = total / len(self.models), self.models[0]
        labels, _ = first.classify(mean[:, 1:].logit() if first.out_channels == 1 else mean.log())
        return labels


def _check_same(first: Samples, other: Samples, config: str) -> None:
    if len(first) != len(other):
        raise ConfigError(f'{config}: its test set has {len(other)} images, that of the first config {len(first)}: '
                          'an ensemble needs one test set')
    for index in (0, len(first) - 1):
        files = [sample_files(dataset, index)['img'] for dataset in (first, other)]
        if files[0] != files[1]:
            raise ConfigError(f'{config}: image {index} of its test set is {files[1]}, that of the first config '
                              f'{files[0]}: an ensemble needs one test set')
    names = [class_names(dataset) for dataset in (first, other)]
    if list(names[0] or ()) != list(names[1] or ()):
        raise ConfigError(f'{config}: its classes are not those of the first config: an ensemble needs one set of them')
