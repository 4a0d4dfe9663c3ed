"""From an evaluation to what its page shows."""

from collections.abc import Sequence

from torch import nn

from mmcv.utils import ConfigError
from mmseg.evaluation.image_pairs import CountsImages, ImagePairs
from mmseg.evaluation.picture import picture_path
from mmseg.palette import random_palette
from mmseg.protocols import Samples
from mmseg.samples import class_names, palette

from .choice import choose
from .looking import Looker
from .snapshot import Snapshot


def take_snapshot(
    model: nn.Module, dataset: Samples, results: object, pictures: int = 8, bands: Sequence[int] | None = None,
    seconds: float = 20,
) -> Snapshot:
    """What the page shows of an evaluation; its metrics, and whose they are, are left to the caller.

    Args:
        model: in eval mode, not wrapped.
        dataset: that was evaluated.
        results: what was counted; an evaluator that has kept its images gives confusions and intervals.
        pictures, bands, seconds: as for :class:`.hook.ReportHook`.

    Raises:
        ConfigError: nobody knows the classes.
    """
    names = class_names(dataset)
    if not names:
        raise ConfigError(f'{type(dataset).__name__} does not say its CLASSES')
    colours = palette(dataset) or random_palette(len(names))
    pairs = _pairs(results, len(names))
    chosen = choose(pairs, len(dataset), pictures)
    seen = Looker(model, dataset, names, colours, bands).look(chosen, seconds)
    return Snapshot(
        classes=list(map(str, names)), palette=[list(map(int, colour)) for colour in colours],
        images=[picture_path(dataset, index).as_posix() for index in range(len(dataset))],
        shown=[{**one._asdict(), 'panels': [list(panel) for panel in panels]} for one, panels in seen.shown],
        measured=seen.measured, pairs=pairs, calibration=seen.calibration, problems=seen.problems)


def _pairs(results: object, num_classes: int) -> ImagePairs | None:
    pairs = results.per_image if isinstance(results, CountsImages) else None
    return pairs if pairs is not None and pairs.num_classes == num_classes else None
