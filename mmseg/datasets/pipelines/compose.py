"""A pipeline of transforms."""

from collections.abc import Callable, Sequence

from mmcv.utils import ConfigTypeError, build_from_cfg
from mmseg.checks import ChangesSizes, Facts, Problem, check_part
from mmseg.datasets.builder import PIPELINES

from .one_pass import fuse


class Compose:
    """Apply transforms one after the other.

    Args:
        transforms: config dicts of registered transforms, or callables that take the results and return them.
            One that returns None drops the sample: the rest is skipped and the pipeline returns None.
        fuse: let the usual runs of transforms work as one, with the same random numbers and the same result but for
            some rounding; see :class:`.one_pass.FusedTransforms`.

    Attributes:
        transforms: a list, which may be changed.
    """

    def __init__(self, transforms: Sequence[dict | Callable[[dict], dict | None]], fuse: bool = True) -> None:
        if isinstance(transforms, (str, dict)) or not isinstance(transforms, Sequence):
            raise ConfigTypeError(f'a pipeline must be a list of transforms, not {transforms!r}')
        self.transforms = [self._build(transform) for transform in transforms]
        self.fuse = fuse
        self._fused = [], []

    @staticmethod
    def _build(transform: dict | Callable) -> Callable:
        if isinstance(transform, dict):
            return build_from_cfg(transform, PIPELINES)
        if callable(transform):
            return transform
        raise ConfigTypeError(f'a transform must be a dict or a callable, not {transform!r}')

    def __call__(self, results: dict) -> dict | None:
        for transform in self._steps() if self.fuse else self.transforms:
            results = transform(results)
            if results is None:
                return None
        return results

    def _steps(self) -> list[Callable]:
        of, steps = self._fused
        if of != self.transforms:
            of, steps = self._fused = list(self.transforms), fuse(self.transforms)
        return steps

    def check(self, facts: Facts) -> list[Problem]:
        """What the transforms find, each of which is told the sizes of the images that come to it."""
        problems, sizes = [], facts.sizes
        for index, transform in enumerate(self.transforms):
            problems += check_part(transform, facts.but(sizes=sizes), f'[{index}]')
            kind = type(transform)
            ours = kind.__module__.startswith('mmseg.datasets.pipelines')
            if isinstance(transform, ChangesSizes) and (ours or 'sizes_after' in vars(kind)):
                sizes = None if sizes is None else transform.sizes_after(sizes)
            elif not ours:
                sizes = None  # nobody knows what a user's does, be it derived from one of ours
        return problems

    def __repr__(self) -> str:
        return '\n'.join(['Compose(', *(f'    {transform}' for transform in self.transforms), ')'])
