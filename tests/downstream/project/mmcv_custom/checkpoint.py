"""The project's own way to read and write checkpoints, over private parts of mmcv 1.x."""

import os.path as osp
import time

import torch
from torch.optim import Optimizer

import mmcv
from mmcv.fileio import FileClient
from mmcv.parallel import is_module_wrapper
from mmcv.runner import get_dist_info
from mmcv.runner.checkpoint import _load_checkpoint, get_state_dict, load_state_dict, weights_to_cpu


def load_checkpoint(model, filename, map_location='cpu', strict=False, logger=None):
    """Weights of a file, whatever their maker called the place where they lie."""
    checkpoint = _load_checkpoint(filename, map_location)
    if not isinstance(checkpoint, dict):
        raise RuntimeError(f'No state_dict found in checkpoint file {filename}')
    for key in ('state_dict', 'model', 'module'):
        if key in checkpoint:
            state_dict = checkpoint[key]
            break
    else:
        state_dict = checkpoint
    if next(iter(state_dict)).startswith('module.'):
        state_dict = {key[len('module.'):]: value for key, value in state_dict.items()}
    target = model.module if hasattr(model, 'module') else model
    position = state_dict.get('pos_embed')
    if position is not None and position.shape != target.pos_embed.shape:
        state_dict['pos_embed'] = torch.nn.functional.interpolate(
            position, size=target.pos_embed.shape[-2:], mode='bicubic', align_corners=False)
    rank, _ = get_dist_info()
    if rank == 0 and logger is not None:
        logger.info(f'load {len(state_dict)} entries from {filename}')
    load_state_dict(model, state_dict, strict, logger)
    return checkpoint


def save_checkpoint(model, filename, optimizer=None, meta=None):
    """What mmcv 1.x writes, and a field of the project's own."""
    meta = {} if meta is None else meta
    meta.update(mmcv_version=mmcv.__version__, time=time.asctime())
    if is_module_wrapper(model):
        model = model.module
    if hasattr(model, 'CLASSES') and model.CLASSES is not None:
        meta.update(CLASSES=model.CLASSES)
    checkpoint = {'meta': meta, 'state_dict': weights_to_cpu(get_state_dict(model)), 'mine': 'a field of its own'}
    if isinstance(optimizer, Optimizer):
        checkpoint['optimizer'] = optimizer.state_dict()
    elif isinstance(optimizer, dict):
        checkpoint['optimizer'] = {name: one.state_dict() for name, one in optimizer.items()}
    mmcv.mkdir_or_exist(osp.dirname(filename))
    client = FileClient.infer_client(None, filename)
    assert not client.isfile(filename), f'{filename} is written twice'
    with open(filename, 'wb') as file:
        torch.save(checkpoint, file)
        file.flush()
