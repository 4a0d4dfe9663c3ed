"""Weights of checkpoints into models."""

import logging
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn

from mmcv.dist import is_main
from mmcv.utils import get_logger, one_line

from .averages import separate_averages
from .efficientnet import OF_STRANGERS
from .errors import CheckpointError, abbreviate
from .files import Location
from .layouts import Layout, ReadsLayouts, layout_of
from .loaders import CheckpointLoader
from .shards import sharded_like
from .weights import STRIP_MODULE, get_weights, revise, versions_of
from .wrappers import inner_wrappers, unwrap, without_wrappers

#: What wrappers for parallel running and torch.compile put into keys, at the front or before a part.
_WRAPPERS = re.compile(r'(?:(?<=^)|(?<=\.))(?:module\.|_orig_mod\.)+')

#: Buffers that a model has as they should be, and some files have not.
_NOT_LEARNED = ('num_batches_tracked', 'relative_position_index')

#: What mmsegmentation 1.x may keep beside a model's weights: mean and deviation of its images, for the pipeline here.
_OF_IMAGES = 'data_preprocessor.'

#: What modules of Lightning, which are around a model, mostly call it.
_OF_LIGHTNING = 'model.'


@runtime_checkable
class ResizesWeights(Protocol):
    """A module some of whose own parameters or buffers depend on the size of its input."""

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """What it makes of a ``weight`` of another shape for its parameter or buffer ``name``: the same, if nothing."""
        ...


def load_checkpoint(
    model: nn.Module,
    filename: str | Path,
    map_location: Location = None,
    strict: bool = False,
    logger: logging.Logger | None = None,
    revise_keys: Iterable[tuple[str, str]] = STRIP_MODULE,
) -> dict[str, Any]:
    """Load the weights of a checkpoint into a model.

    Args:
        model: a module, wrapped for parallel running or not.
        filename: a path, an http(s) address, or one of the names of :func:`~mmcv.checkpoint.resolve`.
        map_location: as for ``torch.load``; None is 'cpu'.
        strict: refuse a checkpoint whose keys or shapes differ from the model's; otherwise they are logged.
        logger: where to; None is the logger 'mmcv'.
        revise_keys: pairs of a pattern and its replacement, applied to the keys one after the other.

    Returns:
        The whole content of the checkpoint.

    Raises:
        CheckpointError: damaged, no checkpoint, or of another model: hardly a key fits or, if ``strict``, not all do.
        OSError: the file cannot be read or fetched.
    """
    checkpoint = fetch_checkpoint(filename, map_location)
    state_dict = revise(get_weights(checkpoint, filename), revise_keys)
    load_state_dict(model, state_dict, strict, logger, source=str(filename))
    return checkpoint


def load_state_dict(
    module: nn.Module,
    state_dict: Mapping[str, torch.Tensor],
    strict: bool = False,
    logger: logging.Logger | None = None,
    source: str = 'the state_dict',
) -> None:
    """Load what fits and report what does not: unexpected keys, missing ones, other shapes.

    Weights in a layout that the module reads (:class:`~mmcv.checkpoint.layouts.ReadsLayouts`), or of EfficientNet for a
    module of timm, are converted, and it is said. Unless ``strict``, a module that :class:`ResizesWeights` resizes
    those of another shape beforehand. A missing ``num_batches_tracked`` is no difference, for old checkpoints have
    none, nor are indices of positions. Averages that mmcv's EMAHook kept beside the weights are left out.

    Raises:
        CheckpointError: there is a difference and ``strict`` is set, and what fits has been loaded; or less than a
            quarter of the keys fit; or what a key stands for cannot be copied into the model.
    """
    module = unwrap(module)
    own = module.state_dict()
    layout = _foreign_layout(module, state_dict)
    if layout:
        state_dict = converted(state_dict, layout, source, logger)
    wrappers = inner_wrappers(module)
    state_dict = _rename_old_keys(state_dict, {without_wrappers(key, wrappers): key for key in own})
    state_dict = _without_averages(state_dict, own, source, logger)
    if not strict:
        _resize(state_dict, own, module)
    misshapen = _misshapen(state_dict, own)
    fitting = OrderedDict((key, sharded_like(value, own[key]) if key in own else value)
                          for key, value in state_dict.items() if key not in misshapen)
    fitting._metadata = versions_of(state_dict)
    if not strict:
        _require_some_fit(fitting, state_dict, own, type(module).__name__, source)
    try:
        missing, unexpected = module.load_state_dict(fitting, strict=False)
    except RuntimeError as error:  # a value under a name of the model is no tensor, or one without content
        raise CheckpointError(f'{source}: {one_line(error)}') from error
    missing = [key for key in missing if not key.endswith(_NOT_LEARNED) and key not in misshapen]

    parts = []
    if missing:
        parts.append(f'{len(missing)} keys missing ({abbreviate(missing)})')
    if unexpected:
        parts.append(f'{len(unexpected)} keys unexpected ({abbreviate(unexpected)})')
    if misshapen:
        shapes = [f'{key}: {tuple(state_dict[key].shape)} there, {tuple(own[key].shape)} here' for key in misshapen]
        parts.append(f'{len(misshapen)} of another shape ({abbreviate(shapes)})')
    if not parts:
        return
    report = f'{source} does not fit the {type(module).__name__}: {"; ".join(parts)}'
    if strict:
        raise CheckpointError(f'{report}; is it of another architecture or number of classes?')
    if is_main():
        (logger or get_logger('mmcv')).warning(report)


def _without_averages(
    state_dict: 'OrderedDict[str, torch.Tensor]', own: Mapping[str, torch.Tensor], source: str,
    logger: logging.Logger | None,
) -> 'OrderedDict[str, torch.Tensor]':
    """Leave out the buffers of mmcv's EMAHook, which a model that predicts has not; a line tells so."""
    parameters, averaged = separate_averages(state_dict, swapped=True)
    kept = OrderedDict((key, value) for key, value in state_dict.items() if key in parameters or key in own)
    kept._metadata = versions_of(state_dict)
    if len(kept) < len(state_dict) and is_main():
        (logger or get_logger('mmcv')).info(f'{source}: averages of EMAHook beside {len(averaged)} weights, left out')
    return kept


def converted(
    state_dict: Mapping[str, torch.Tensor], layout: Layout, source: str, logger: logging.Logger | None = None,
) -> 'OrderedDict[str, torch.Tensor]':
    """Weights in a layout as we have them; a line tells which it is."""
    if is_main():
        (logger or get_logger('mmcv')).info(f'{source}: weights as {layout.name} has them, converted')
    return layout.convert(state_dict)


def _foreign_layout(module: nn.Module, state_dict: Mapping[str, torch.Tensor]) -> Layout | None:
    layouts = module.weight_layouts if isinstance(module, ReadsLayouts) else OF_STRANGERS
    found = layout_of(state_dict, layouts)
    return None if found is None or found.fits(module.state_dict()) else found


def load_part(
    module: nn.Module, prefix: str, filename: str | Path, map_location: Location = None,
) -> None:
    """Load the part of a checkpoint below ``prefix``; all of it if it is in another layout, which has no such prefix.

    Args:
        module: what the part is for, a backbone for example.
        prefix, filename, map_location: as for :func:`fetch_part`.

    Raises:
        CheckpointError: no key has this prefix, or hardly any fits.
    """
    weights = _weights_of(filename, map_location)
    if not _foreign_layout(module, weights):
        weights = _below(prefix, weights, filename)
    load_state_dict(module, weights, source=str(filename))


def _misshapen(state_dict: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor]) -> list[str]:
    return [key for key, value in state_dict.items()
            if key in own and isinstance(value, torch.Tensor) and value.shape != own[key].shape]


def _resize(state_dict: dict[str, torch.Tensor], own: Mapping[str, torch.Tensor], module: nn.Module) -> None:
    """Let the modules that can resize what is of another shape."""
    for key in _misshapen(state_dict, own):
        parent, _, name = key.rpartition('.')
        part = module.get_submodule(parent)
        if isinstance(part, ResizesWeights):
            state_dict[key] = part.resize_weight(name, state_dict[key])


def _rename_old_keys(
    state_dict: Mapping[str, torch.Tensor], own: Mapping[str, str]
) -> 'OrderedDict[str, torch.Tensor]':
    """The keys as the model has them, ``own`` by their names without wrappers.

    Keys lose the wrappers, and for a backbone 'backbone.', and are brought to today's names; those of no weights go.
    """
    renamed = OrderedDict()
    whole = not any(_WRAPPERS.sub('', key) in own for key in state_dict)  # of a segmentor, where a backbone is wanted
    for key, value in state_dict.items():
        if _WRAPPERS.sub('', key).startswith(_OF_IMAGES) and key not in own:
            continue
        renamed[next((own[name] for name in _names(key, whole) if name in own), key)] = value
    renamed._metadata = versions_of(state_dict)
    return renamed


def _names(key: str, whole: bool) -> Iterator[str]:
    """What an entry may be called in the model, most literal first."""
    bare = _WRAPPERS.sub('', key)
    for name in (key, bare, bare.removeprefix(_OF_LIGHTNING)):
        yield name
        if whole:
            yield name.removeprefix('backbone.')
        # Deformable convolutions of long ago kept their ``conv2.conv_offset`` beside themselves, as ``conv2_offset``.
        yield re.sub(r'_offset\.(weight|bias)$', r'.conv_offset.\1', name.removeprefix('backbone.') if whole else name)


def _require_some_fit(
    fitting: Iterable[str], state_dict: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor], kind: str,
    source: str,
) -> None:
    """Refuse weights that would leave a model as it is but for a few, which nobody means.

    Raises:
        CheckpointError: less than a quarter of the keys fit, of those there or of those wanted, whichever are fewer.
    """
    count = sum(key in own for key in fitting)
    if 4 * count >= min(len(state_dict), len(own)):
        return
    raise CheckpointError(
        f'{source}: of its {len(state_dict)} keys {count or "none"} fit the {kind}: they are like '
        f'{abbreviate(list(state_dict), 2)}, those of the model like {abbreviate(list(own), 2)}; is it of another '
        "architecture? Weights of a backbone alone are given as model.pretrained, a part of a file as "
        "init_cfg=dict(type='Pretrained', checkpoint=..., prefix='backbone.')")


def fetch_checkpoint(
    filename: str | Path, map_location: Location = None, logger: logging.Logger | None = None
) -> Any:
    """The content of a checkpoint, wherever it lies.

    Args:
        filename, map_location: as for :func:`load_checkpoint`.
        logger: without effect; old callers give one.
    """
    return CheckpointLoader.load_checkpoint(filename, map_location)


def fetch_part(
    prefix: str, filename: str | Path, map_location: Location = None
) -> 'OrderedDict[str, torch.Tensor]':
    """The part of a state_dict below ``prefix`` ('backbone' or 'backbone.'), without it.

    Raises:
        CheckpointError: no key has this prefix.
    """
    return _below(prefix, _weights_of(filename, map_location), filename)


def _weights_of(filename: str | Path, map_location: Location) -> 'OrderedDict[str, torch.Tensor]':
    return revise(get_weights(fetch_checkpoint(filename, map_location), filename), STRIP_MODULE)


def _below(
    prefix: str, weights: Mapping[str, torch.Tensor], filename: str | Path
) -> 'OrderedDict[str, torch.Tensor]':
    prefix = prefix.rstrip('.') + '.'
    part = OrderedDict((key[len(prefix):], value) for key, value in weights.items() if key.startswith(prefix))
    if not part:
        raise CheckpointError(f'{filename}: no key begins with {prefix!r}; they are like {abbreviate(list(weights))}')
    return part
