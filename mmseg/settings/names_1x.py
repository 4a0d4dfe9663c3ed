"""What mmsegmentation 1.x calls otherwise, and what to write here: for those who bring a config of it."""

from collections.abc import Mapping

from mmcv.config import Config
from mmcv.utils import ConfigKeyError

_LOADER = ('`data = dict(samples_per_gpu=batch_size, workers_per_gpu=num_workers, {0}=dataset)`, and what else is of '
           'the loader in `data.{0}_dataloader`')
_EVALUATOR = '`evaluation = dict(interval=4000, metric=iou_metrics)`'

#: Keys of the top level.
TOP_LEVEL = {
    **{f'{split}_dataloader': _LOADER.format(split) for split in ('train', 'val', 'test')},
    'val_evaluator': _EVALUATOR,
    'test_evaluator': f'{_EVALUATOR}, and `tools/test.py --eval mIoU`',
    'optim_wrapper': '`optimizer = dict(...)` and `optimizer_config = dict(grad_clip=clip_grad)`; '
                     'for AmpOptimWrapper also `amp = True`',
    'param_scheduler': "`lr_config = dict(policy='poly', power=0.9, min_lr=1e-4, by_epoch=False)`",
    'default_hooks': '`checkpoint_config = dict(interval=4000)` and `log_config = dict(interval=50)`',
    'data_preprocessor': 'mean and std into Normalize, the size into RandomCrop and Pad, in the pipelines',
    'randomness': '`seed = 0`',
    'env_cfg': '`cudnn_benchmark`, `mp_start_method`, `opencv_num_threads` and `dist_params` at the top level',
    'val_cfg': '`evaluation = dict(interval=4000)`',
    'tta_model': '`--aug-test` of tools/test.py',
    'tta_pipeline': 'MultiScaleFlipAug into the test pipeline, or `--aug-test` of tools/test.py',
    'metainfo': '`classes` and `palette` of the data sets, `data.train.classes = [...]`',
    'resume': '`auto_resume = True`, or `resume_from = FILE`',
    'auto_scale_lr': '`optimizer.lr`, scaled by hand',
    'visualizer': '`report = dict(pictures=8)`, and `log_config.hooks` for TensorBoard and the like',
    'vis_backends': '`log_config = dict(hooks=[...])`',
}
_LOOPS = {
    'train_cfg': "`runner = dict(type='IterBasedRunner', max_iters=40000)` and "
                 '`evaluation = dict(interval=val_interval)`',
    'test_cfg': '`model.test_cfg` for what was meant for the model; the loop needs no key',
}

#: Arguments of data sets.
DATASETS = {
    'metainfo': '`classes=[...]` and `palette=[...]`',
    'data_prefix': '`img_dir=img_path` and `ann_dir=seg_map_path`',
    'ann_file': '`split=FILE`',
    'BaseSegDataset': "type='CustomDataset'",
    'lazy_init': 'nothing: files are listed at the start',
    'serialize_data': 'nothing: names are kept compactly',
    'indices': '`split=FILE` with the names to take',
}

#: Types of transforms, and their arguments.
PIPELINES = {
    'PackSegInputs': "dict(type='DefaultFormatBundle') and dict(type='Collect', keys=['img', 'gt_semantic_seg'])",
    'RandomResize': "dict(type='Resize', img_scale=scale, ratio_range=ratio_range)",
    'RandomChoiceResize': "dict(type='Resize', img_scale=[...], multiscale_mode='value')",
    'TestTimeAug': "dict(type='MultiScaleFlipAug', img_scale=..., transforms=[...])",
    'LoadImageFromNDArray': "dict(type='LoadImageFromFile')",
    'scale': '`img_scale=(width, height)`',
    'scales': '`img_scale=[(width, height), ...]`',
    'backend_args': '`file_client_args=dict(...)`',
}

#: Types of segmentors, and their arguments.
SEGMENTORS = {
    'data_preprocessor': 'mean and std into Normalize, the size into RandomCrop and Pad, in the pipelines',
    'SegTTAModel': "type='EncoderDecoder', and `--aug-test` of tools/test.py",
}


def refuse_names_of_1x(cfg: Config) -> None:
    """Refuse a config with sections of mmsegmentation 1.x, which would mean nothing here.

    A name of theirs may still be a variable of a config of 0.x: only dicts, lists of dicts and True count.

    Raises:
        ConfigKeyError: names the first one, where it was set, and what to write here.
    """
    for key, mend in TOP_LEVEL.items():
        if _is_section(cfg.get(key)):
            raise _error(cfg, key, mend)
    for key, mend in _LOOPS.items():
        if isinstance(cfg.get(key), Mapping) and ({'type', 'max_iters', 'max_epochs', 'val_interval'} & {*cfg[key]}):
            raise _error(cfg, key, mend)


def _is_section(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(part, Mapping) for part in value)
    return isinstance(value, Mapping) or value is True


def _error(cfg: Config, key: str, mend: str) -> ConfigKeyError:
    where = cfg.origin(key) or cfg.filename or 'config'
    return ConfigKeyError(f'{where}: {key} is a name of mmsegmentation 1.x: write {mend}; or convert the file, '
                          'tools/convert_config.py')
