"""Modules that carry the config of their own initialization."""

import copy
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from .bricks.run_layers import run_layers
from .bricks.untouched import EXACT_WAYS
from .weight_init import InitializesItself, initialize


class BaseModule(nn.Module):
    """``nn.Module`` with an ``init_cfg``.

    :meth:`init_weights` applies it, then asks the children to do the same, so that a child's own config wins over
    that of its parents. A checkpoint loaded by ``dict(type='Pretrained', ...)`` is not touched afterwards.

    Args:
        init_cfg: config of an initializer or a list of them (see :func:`mmcv.cnn.initialize`).
    """

    def __init__(self, init_cfg: dict | list[dict] | None = None) -> None:
        super().__init__()
        self._is_init = False
        self.init_cfg = copy.deepcopy(init_cfg)

    @property
    def is_init(self) -> bool:
        """Whether :meth:`init_weights` has run."""
        return self._is_init

    def init_weights(self) -> None:
        """Initialize this module and all below it; a second call warns and does nothing."""
        if self._is_init:
            warnings.warn(f'init_weights of {type(self).__name__} has been called more than once.', stacklevel=2)
            return
        self._is_init = True
        if self.init_cfg:
            initialize(self, self.init_cfg)
        if isinstance(self.init_cfg, dict) and self.init_cfg['type'] == 'Pretrained':
            return
        for child in self.children():
            if isinstance(child, InitializesItself):
                child.init_weights()

    def __repr__(self) -> str:
        text = super().__repr__()
        return f'{text}\ninit_cfg={self.init_cfg}' if self.init_cfg else text


class Sequential(BaseModule, nn.Sequential):
    """``nn.Sequential`` with an ``init_cfg``."""

    def __init__(
        self, *args: nn.Module | OrderedDict[str, nn.Module], init_cfg: dict | list[dict] | None = None,
    ) -> None:
        BaseModule.__init__(self, init_cfg)
        nn.Sequential.__init__(self, *args)

    def forward(self, input: Tensor) -> Tensor:
        """What the last layer makes of it, by :func:`mmcv.cnn.bricks.run_layers.run_layers`."""
        return run_layers(input, list(self))


EXACT_WAYS[Sequential] = nn.Sequential


class ModuleList(BaseModule, nn.ModuleList):
    """``nn.ModuleList`` with an ``init_cfg``."""

    def __init__(self, modules: Iterable[nn.Module] | None = None, init_cfg: dict | list[dict] | None = None) -> None:
        BaseModule.__init__(self, init_cfg)
        nn.ModuleList.__init__(self, modules)


class ModuleDict(BaseModule, nn.ModuleDict):
    """``nn.ModuleDict`` with an ``init_cfg``."""

    def __init__(
        self, modules: Mapping[str, nn.Module] | None = None, init_cfg: dict | list[dict] | None = None,
    ) -> None:
        BaseModule.__init__(self, init_cfg)
        nn.ModuleDict.__init__(self, modules)
