"""A config of ours as one of mmsegmentation 1.x, for what both have."""

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.settings.settings import KEYS

from .back_data import write_loaders
from .back_pipeline import OurSection
from .back_run import write_hooks, write_optimizer, write_schedule, write_start
from .config import Converted
from .section import bare, on_parts

#: Parts of ours that are in another package there, and those that are nowhere.
_OF_MMPRETRAIN = ('ConvNeXt', 'PoolFormer')
_HOOKS = ('EMAHook', 'EarlyStoppingHook', 'EmptyCacheHook', 'ProfilerHook', 'SyncBuffersHook')
_OURS_ALONE = ('ViTPyramid',)


def convert_back(ours: Config) -> Converted:
    """Convert a config of ours into one of mmsegmentation 1.x.

    Args:
        ours: the config.

    Raises:
        ConfigError: it has no ``model`` or no ``data``.
    """
    for key in ('model', 'data'):
        if not ours.get(key):
            raise ConfigError(f'{ours.filename}: {key} = dict(...) is missing')
    lines: list[str] = []
    top = OurSection({key: value for key, value in ours.items() if key in KEYS}, '', lines)
    runner = top.section('runner')
    by_epoch = bare(runner.take('type', 'IterBasedRunner')) == 'EpochBasedRunner'
    iterations = top.take('total_iters')
    length = runner.take('max_epochs' if by_epoch else 'max_iters', iterations)
    runner.close()
    images: dict = {}
    loaders = write_loaders(top, images, by_epoch)
    hooks = write_hooks(top, by_epoch)
    found = dict(model=_model(top, images), **loaders, **write_optimizer(top), **write_schedule(top, length))
    found |= _loops(top, length, by_epoch, hooks['default_hooks']['checkpoint'])
    found |= {**hooks, **write_start(top)}
    found |= _imports(top, 'mmpretrain.' in str(found['model']))
    if custom := _custom(top):
        found['custom_hooks'] = custom
    found['tta_model'] = dict(type='SegTTAModel')
    top.expect(workflow=[('train', 1)])
    top.close()
    return Converted(Config(found), lines)


def _model(top: OurSection, images: dict) -> dict:
    """Parts have the same names; what is done to the images is the model's there."""
    model = on_parts(top.take('model'), 'model', lambda part, path: {**part, 'type': _type(part['type'], path, top)})
    for key in ('train_cfg', 'test_cfg'):  # old: beside the model
        if (beside := top.take(key)) is not None:
            model.setdefault(key, beside)
    train, test = images.get('train', {}), images.get('test', images.get('val', {}))
    normalize = train.get('normalize') or test.get('normalize') or {}
    pad = dict(train.get('pad') or dict(pad_val=0, seg_pad_val=255))
    preprocessor = dict(type='SegDataPreProcessor', **normalize, **pad)
    if test.get('test'):
        preprocessor['test_cfg'] = test['test']
    return dict(type=model.pop('type'), data_preprocessor=preprocessor, **model)


def _custom(top: OurSection) -> list[dict]:
    """Hooks that 1.x has by the same names."""
    found = []
    for index, hook in enumerate(top.take('custom_hooks') or ()):
        if bare(hook.get('type')) in _HOOKS:
            found.append(hook)
        else:
            top.tell(f'custom_hooks.{index}.type', f'= {hook.get("type")!r} {top.missing}: the hook is left out')
    return found


def _imports(top: OurSection, of_mmpretrain: bool) -> dict:
    """Modules of the user's own, and the package that registers some parts there."""
    section = top.section('custom_imports')
    modules = section.take('imports') or []
    modules = [modules] if isinstance(modules, str) else list(modules)
    modules = [module for module in modules if module.partition('.')[0] != 'mmcls']
    modules += ['mmpretrain.models'] if of_mmpretrain else []
    failing = section.take('allow_failed_imports', False)
    section.close()
    return dict(custom_imports=dict(imports=modules, allow_failed_imports=failing)) if modules else {}


def _type(name: str, path: str, top: OurSection) -> str:
    if bare(name) in _OURS_ALONE:
        top.tell(f'{path}.type', f'= {name!r} {top.missing}')
    return f'mmpretrain.{bare(name)}' if bare(name) in _OF_MMPRETRAIN else name


def _loops(top: OurSection, length: int | None, by_epoch: bool, checkpoint: dict) -> dict:
    """The loops and the evaluator; the best checkpoint is the checkpoint hook's there."""
    evaluation = top.section('evaluation')
    metric = evaluation.take('metric', 'mIoU')
    evaluation.take_all('pre_eval', 'by_epoch', 'efficient_test')
    checkpoint |= evaluation.take_all('save_best', 'rule')
    begin = evaluation.take('start', 1) or 1
    loop = dict(val_interval=evaluation.take('interval', 1), **({} if begin == 1 else dict(val_begin=begin)))
    evaluation.close()
    evaluator = dict(type='IoUMetric', iou_metrics=[metric] if isinstance(metric, str) else list(metric))
    kind = dict(type='EpochBasedTrainLoop', max_epochs=length) if by_epoch else dict(
        type='IterBasedTrainLoop', max_iters=length)
    return dict(train_cfg={**kind, **loop}, val_cfg=dict(type='ValLoop'), test_cfg=dict(type='TestLoop'),
                val_evaluator=evaluator, test_evaluator=evaluator)
