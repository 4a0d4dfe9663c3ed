"""The model that is given on the command line."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mmcv.utils import ConfigError

if TYPE_CHECKING:
    from torch import nn

_CHECKPOINTS = ('.pth', '.pt', '.ckpt', '.pkl', '.bin', '.safetensors', '.onnx', '.xml', '.pt2')


class GivenModel(NamedTuple):
    """What a user names a model by.

    Attributes:
        config: path or name; None where the one in the checkpoint is to be used.
        checkpoint: a path, an address, or 'zoo'.
    """

    config: str | None
    checkpoint: str


def model_in(paths: Sequence[str]) -> tuple[GivenModel, Sequence[str]]:
    """Tell ``[CONFIG] CHECKPOINT`` from what comes behind.

    Raises:
        ValueError: there is no checkpoint.
    """
    own = paths[0].lower().endswith(_CHECKPOINTS)
    if not own and len(paths) < 2:
        raise ValueError(f'{paths[0]}: no checkpoint ({", ".join(_CHECKPOINTS)}); give it behind the config')
    return (GivenModel(None, paths[0]), paths[1:]) if own else (GivenModel(*paths[:2]), paths[2:])


def load_model(given: GivenModel, args: argparse.Namespace) -> 'nn.Module':
    """The model that was named, as :func:`add_model_arguments` says.

    Raises:
        ConfigError: there is none, or something is wrong with its config.
    """
    from mmseg import apis
    from mmseg.assembly.load import config_in, load_config
    from mmseg.export import is_exported_file

    if not given.config and is_exported_file(given.checkpoint):
        raise ConfigError(f'{given.checkpoint}: an exported model holds no config: give that of the model before it')
    cfg = load_config(given.config, args.cfg_options) if given.config else config_in(given.checkpoint, args.cfg_options)
    return apis.init_segmentor(cfg, given.checkpoint, device=args.device)
