"""Maps of a frozen backbone, kept on disk: they are computed once, and from then on only the heads are."""

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import nn

from mmcv.checkpoint import CheckpointError, read_checkpoint, write_checkpoint

_FROZEN = ('the backbone is still trained: set model.backbone.frozen=True, or frozen_stages to the number of its '
           'stages, whichever it has')


class FeatureCache:
    """Takes the place of a backbone: the same maps, from disk where the same image was seen with the same weights.

    A file is found by the sum over all values of the image and all weights, so that no other's can be taken for it:
    other data, augmentation, weights or precision have files of their own, and a damaged file is made anew. Images go
    through the backbone one by one, whatever batch they are in, so that the numbers do not depend on what was kept.

    Args:
        backbone: learns nothing, and its norms and dropouts are in eval mode.
        folder: where the files go; they have the size of the maps, in full precision.

    Raises:
        ValueError: (also in a call) the backbone is not frozen as a whole, or gives something else than maps.
    """

    def __init__(self, backbone: nn.Module, folder: str | Path) -> None:
        self.backbone = backbone
        self.folder = Path(folder)
        self._seen: tuple = ()
        self._digest = ''
        self._can_write = True
        self._check(backbone.parameters())

    def __call__(self, img: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Images (N, C, H, W) to maps."""
        self._check(self.backbone.parameters())
        if any(module.training and _depends_on_mode(module) for module in self.backbone.modules()):
            raise ValueError(f'feature_cache: {_FROZEN}')
        folder = self.folder / self._weights(img)
        maps = [self._maps(image, folder) for image in img.split(1)]
        return tuple(torch.cat(level) for level in zip(*maps))

    def _maps(self, image: torch.Tensor, folder: Path) -> Sequence[torch.Tensor]:
        name = _digest([image, torch.tensor(image.shape)])
        path = folder / name[:2] / f'{name}.pth'
        try:
            return read_checkpoint(path, image.device)['maps']
        except (OSError, CheckpointError):
            pass  # it is not there yet, or is damaged
        with torch.no_grad():
            maps = list(self.backbone(image))
        if not all(isinstance(map_, torch.Tensor) for map_ in maps):
            raise ValueError(f'feature_cache: {type(self.backbone).__name__} gives more than maps')
        if self._can_write:
            self._write(maps, path)
        return maps

    def _write(self, maps: list[torch.Tensor], path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_checkpoint({'maps': maps}, path)
        except OSError as error:
            self._can_write = False
            warnings.warn(f'feature_cache: {error}: no further features are kept', stacklevel=2)

    def _weights(self, img: torch.Tensor) -> str:
        """The folder of the weights and the precision; the weights are looked through again when they have changed."""
        values = [*self.backbone.parameters(), *self.backbone.buffers()]
        seen = tuple((value.data_ptr(), value._version) for value in values)
        if seen != self._seen:
            self._digest = _digest(values, repr(self.backbone))
            self._seen = seen
        kind = img.device.type
        precision = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else img.dtype
        return f'{self._digest[:20]}_{kind}_{str(precision).removeprefix("torch.")}'

    @staticmethod
    def _check(parameters: Iterable[nn.Parameter]) -> None:
        if any(parameter.requires_grad for parameter in parameters):
            raise ValueError(f'feature_cache: {_FROZEN}')


def _depends_on_mode(module: nn.Module) -> bool:
    """Whether a module is a norm with statistics, or drops something."""
    return 'running_mean' in dict(module.named_buffers(recurse=False)) or 'Drop' in type(module).__name__


def _digest(values: Iterable[torch.Tensor], text: str = '') -> str:
    found = hashlib.sha256(text.encode())
    for value in values:
        found.update(str(value.dtype).encode())
        found.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return found.hexdigest()
