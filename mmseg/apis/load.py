"""One call to load a trained model."""

from pathlib import Path

import torch
from torch import nn

from mmcv.config import Config
from mmseg.assembly.load import as_config
from mmseg.assembly.model import load_trained
from mmseg.assembly.published import published_files
from mmseg.assembly.speed import prepare_inference, speed_up
from mmseg.export import is_exported_file, open_exported
from mmseg.settings import Settings


def load_model(
    config: str | Path | Config, checkpoint: str | None = None, device: str | torch.device | None = None,
) -> nn.Module:
    """Build a segmentor for inference.

    Args:
        config: a path, a bare name, a loaded config, or the folder of a published model, weights included.
        checkpoint: a path or an address; its classes and palette become the model's. 'zoo': the weights that were
            published with the config. None: random weights. An exported model (.onnx, .xml, .pt2, .pt) runs on the
            CPU, in the place of that of the config.
        device: where the model lives; by default ``device`` of the config, or a GPU where there is one.

    Returns:
        The segmentor in eval mode, with ``cfg``, ``CLASSES`` and ``PALETTE`` attached.

    Raises:
        ConfigError: a key of the config has a value that means nothing.
        ValueError: there is no such device.
    """
    if isinstance(config, (str, Path)) and Path(config).is_dir():
        config, weights = published_files(config)
        checkpoint = checkpoint or str(weights)
    cfg = as_config(config)
    settings = Settings.of(cfg, device)
    if checkpoint is not None and is_exported_file(checkpoint):
        model = open_exported(settings, checkpoint).eval()
        model.cfg = cfg.copy()
        return model
    model = prepare_inference(load_trained(settings, checkpoint), settings).to(settings.device)
    model.cfg = cfg.copy()
    model.cfg.device = str(settings.device)
    return speed_up(model, settings)


def init_segmentor(
    config: str | Path | Config, checkpoint: str | None = None, device: str | torch.device | None = None,
) -> nn.Module:
    """What :func:`load_model` is called in 0.x."""
    return load_model(config, checkpoint, device)
