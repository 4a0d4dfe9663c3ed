"""The text of a new config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmcv.config.format import format_python

_ZOOM = (0.5, 2.0)  # of the images in training


@dataclass(frozen=True)
class DataParts:
    """What a config says of the data.

    Attributes:
        root: the folder.
        splits: {'train', 'val', 'test': arguments of the data set}.
        classes, palette: of the classes; a palette may be None.
        ignore_index, reduce_zero_label: how the labels are read.
        mean, std: of red, green and blue.
        crop: (height, width) to train on.
        batch: images per GPU.
    """

    root: str
    splits: Mapping[str, Mapping]
    classes: Sequence[str]
    palette: Sequence[Sequence[int]] | None
    ignore_index: int
    reduce_zero_label: bool
    mean: Sequence[float]
    std: Sequence[float]
    crop: tuple[int, int]
    batch: int


def config_text(head: str, parts: Mapping, data: DataParts, iterations: int, slow: bool) -> str:
    """A config that inherits from none: it can lie anywhere.

    Args:
        head: comments that open it.
        parts: model, optimizer and the like, from :func:`.model.adapt`.
        data: what it is trained on.
        iterations: how long.
        slow: whether a short run is to be evaluated less often.
    """
    blocks = [head.rstrip(), format_python(_of_data(data)).rstrip(), _data_block(data),
              format_python(parts).rstrip(), format_python(_of_run(parts, iterations, slow)).rstrip()]
    return '\n'.join(blocks) + '\n'


def _of_data(data: DataParts) -> dict:
    said = {'data_root': data.root, 'classes': list(data.classes)}
    if data.palette is not None:
        said['palette'] = [list(colour) for colour in data.palette]
    return {**said, 'img_norm_cfg': dict(mean=list(data.mean), std=list(data.std), to_rgb=True),
            'crop_size': tuple(data.crop)}


def _data_block(data: DataParts) -> str:
    """Pipelines and data sets, in the manner of ``configs/_base_/datasets``."""
    reduces = 'reduce_zero_label=True' if data.reduce_zero_label else ''
    ignored = data.ignore_index if data.ignore_index != 255 else None
    lines = [
        'train_pipeline = [',
        "    dict(type='LoadImageFromFile'),",
        f"    dict(type='LoadAnnotations'{', ' + reduces if reduces else ''}),",
        f"    dict(type='Resize', ratio_range={_ZOOM}),  # of each image's own size",
        "    dict(type='RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),",
        "    dict(type='RandomFlip', prob=0.5),",
        "    dict(type='PhotoMetricDistortion'),",
        "    dict(type='Normalize', **img_norm_cfg),",
        "    dict(type='Pad', size=crop_size, pad_val=0),",
        "    dict(type='DefaultFormatBundle'),",
        "    dict(type='Collect', keys=['img', 'gt_semantic_seg']),",
        ']',
        'test_pipeline = [',
        "    dict(type='LoadImageFromFile'),",
        '    dict(',
        "        type='MultiScaleFlipAug',",
        '        img_scale=None,',
        '        img_ratios=[1.0],',
        '        flip=False,',
        '        transforms=[',
        "            dict(type='Resize', keep_ratio=True),",
        "            dict(type='RandomFlip'),",
        "            dict(type='Normalize', **img_norm_cfg),",
        "            dict(type='ImageToTensor', keys=['img']),",
        "            dict(type='Collect', keys=['img']),",
        '        ],',
        '    ),',
        ']',
        'data = dict(',
        f'    samples_per_gpu={data.batch},',
        '    workers_per_gpu=2,',
    ]
    shared = ['data_root=data_root', 'classes=classes', *(['palette=palette'] if data.palette is not None else []),
              *([reduces] if reduces else []), *([f'ignore_index={ignored}'] if ignored is not None else [])]
    splits = {**data.splits, 'test': data.splits.get('test', data.splits['val'])}
    for split, arguments in splits.items():
        pipeline = f'pipeline={"train" if split == "train" else "test"}_pipeline'
        own = [f'{key}={value!r}' for key, value in arguments.items()]
        lines += [f'    {split}=dict(', *(f'        {one},' for one in [own[0], *shared, *own[1:], pipeline]), '    ),']
    return '\n'.join([*lines, ')'])


def _of_run(parts: Mapping, iterations: int, slow: bool) -> dict:
    interval = max(1, iterations // (10 if iterations >= 2000 else 2 if slow else 4))
    run = {} if 'optimizer_config' in parts else {'optimizer_config': {}}
    return {
        **run,
        'runner': dict(type='IterBasedRunner', max_iters=iterations),
        'checkpoint_config': dict(by_epoch=False, interval=interval, max_keep_ckpts=3),
        'evaluation': dict(interval=interval, metric='mIoU', pre_eval=True, save_best='mIoU'),
        'log_config': dict(interval=min(50, max(1, iterations // 20)),
                           hooks=[dict(type='TextLoggerHook', by_epoch=False)]),
        'log_level': 'INFO', 'load_from': None, 'resume_from': None, 'workflow': [('train', 1)],
        'cudnn_benchmark': True,
    }
