"""Loaders, data sets and evaluators of 1.x: one section ``data`` here, and ``evaluation``."""

from collections.abc import Mapping

from mmseg.datasets.builder import DATASETS

from .pipeline import test_pipeline, train_pipeline
from .preprocessor import Preprocessor
from .section import NO_COUNTERPART, Section, bare

#: Data sets of which 1.x lowers the labels unless it is told otherwise.
REDUCED = ('ADE20KDataset', 'COCOStuff10kDataset', 'ISPRSDataset', 'LoveDADataset', 'PascalContextDataset59',
            'PotsdamDataset')
#: What says where images and labels are, here and there.
FOLDERS = (('img_dir', 'img_path'), ('ann_dir', 'seg_map_path'))
_SAME = ('img_suffix', 'seg_map_suffix', 'test_mode', 'ignore_index')


class _Loader:
    """One of the three loaders."""

    def __init__(self, top: Section, split: str) -> None:
        section = top.section(f'{split}_dataloader')
        self.given = bool(section)
        self.batch, self.workers = section.take('batch_size', 1), section.take('num_workers', 0)
        self.dataset, self.split = section.take('dataset'), split
        self.path, self.lines = section.where('dataset'), section.lines
        self.further = section.take_all('drop_last', 'prefetch_factor')
        if section.take('pin_memory') is False:
            self.further['pin_memory'] = False
        section.expect(persistent_workers=True, collate_fn=dict(type='pseudo_collate'))
        if not self.workers or split != 'train':
            section.take('persistent_workers')
        _check_sampler(section.section('sampler'), split)
        section.close()

    def read_dataset(self, preprocessor: Preprocessor) -> dict | list:
        return _dataset(self.dataset, self.split, preprocessor, self.path, self.lines)


def _check_sampler(sampler: Section, split: str) -> None:
    """Ours draws shuffled epochs without end in training, and goes through in order otherwise."""
    kind = bare(sampler.take('type', 'DefaultSampler'))
    if kind not in ('DefaultSampler', 'InfiniteSampler'):
        sampler.tell('type', f'= {kind!r} {NO_COUNTERPART}')
    sampler.expect(shuffle=split == 'train', round_up=True)
    sampler.close()


def read_data(top: Section, preprocessor: Preprocessor) -> dict:
    """The section ``data`` of the three loaders; 1.x's keys are taken out of ``top``."""
    loaders = [loader for loader in (_Loader(top, split) for split in ('train', 'val', 'test')) if loader.given]
    if not loaders:
        return {}
    first = loaders[0]
    data: dict = dict(samples_per_gpu=first.batch if first.split == 'train' else 1, workers_per_gpu=first.workers)
    for loader in loaders:
        if loader.split == 'test' and loader.dataset is not None and loader.dataset == data_of(loaders, 'val'):
            loader.lines = []  # the same as that of the validation, of which all has been said
        if loader.dataset is not None:
            data[loader.split] = loader.read_dataset(preprocessor)
    for loader in loaders:
        own = dict(loader.further)
        if loader.split != 'train':
            own |= dict(samples_per_gpu=loader.batch) if loader.batch != 1 else {}
            own |= dict(workers_per_gpu=loader.workers) if loader.workers != first.workers else {}
        if own:
            data[f'{loader.split}_dataloader'] = own
    return data


def data_of(loaders: list[_Loader], split: str) -> object:
    """What the loader of a split reads; None where there is none."""
    return next((loader.dataset for loader in loaders if loader.split == split), None)


def _dataset(cfg: Mapping, split: str, preprocessor: Preprocessor, path: str, lines: list[str]) -> dict | list:
    section = Section(cfg, path, lines)
    kind = bare(section.take('type'))
    if kind == 'ConcatDataset':
        parts = section.take('datasets')
        section.close()
        return [_dataset(part, split, preprocessor, f'{path}.datasets.{i}', lines) for i, part in enumerate(parts)]
    if kind == 'RepeatDataset':
        inner = _dataset(section.take('dataset'), split, preprocessor, f'{path}.dataset', lines)
        times = section.take('times')
        section.close()
        return dict(type=kind, times=times, dataset=inner)
    kind = 'CustomDataset' if kind == 'BaseSegDataset' else kind
    if kind not in DATASETS:
        section.tell('type', f'= {kind!r} {NO_COUNTERPART}: it has to be imported by custom_imports')
    found = dict(type=kind, **_place(section), **_classes(section), **section.take_all(*_SAME))
    steps = section.take('pipeline', [])
    reduce = _reduces(kind, section.take('reduce_zero_label'), steps)
    if reduce is not (kind in REDUCED):
        found['reduce_zero_label'] = reduce
    section.expect(lazy_init=False, serialize_data=True, max_refetch=1000, filter_cfg=None)
    section.close()
    if split == 'train':
        found['pipeline'] = train_pipeline(steps, preprocessor, reduce, f'{path}.pipeline', lines)
    else:
        found['pipeline'] = test_pipeline(steps, preprocessor, f'{path}.pipeline', lines)
    return found


def _place(section: Section) -> dict:
    found = section.take_all('data_root')
    prefix = section.section('data_prefix')
    found |= {ours: prefix.take(theirs) for ours, theirs in FOLDERS if prefix.has(theirs)}
    prefix.close()
    ann_file = section.take('ann_file')
    return {**found, **({'split': ann_file} if ann_file else {})}


def _classes(section: Section) -> dict:
    info = section.section('metainfo')
    found = info.take_all('classes', 'palette')
    info.close()
    return found


def _reduces(kind: str, own: bool | None, steps: list[Mapping]) -> bool:
    """The data set's own word, else that of the step that loads the labels, else what the data set is known for."""
    if own is not None:
        return own
    for step in steps:
        if bare(step.get('type')) == 'LoadAnnotations' and step.get('reduce_zero_label') is not None:
            return step['reduce_zero_label']
    return kind in REDUCED


def read_metric(top: Section) -> dict:
    """The arguments of ``evaluation`` that ``val_evaluator`` gives; ``test_evaluator`` is the one of the tools."""
    found: dict = {}
    for split in ('val', 'test'):
        evaluators = top.take(f'{split}_evaluator')
        several = isinstance(evaluators, (list, tuple))
        for index, evaluator in enumerate(evaluators if several else [evaluators]):
            path = top.where(f'{split}_evaluator') + (f'.{index}' if several else '')
            given = _metric(Section(evaluator, path, top.lines))
            found = found or (given if split == 'val' else {})
    return found


def _metric(section: Section) -> dict:
    if not section:
        return {}
    kind = bare(section.take('type'))
    if kind != 'IoUMetric':
        section.tell('type', f'= {kind!r} {NO_COUNTERPART}')
        section.rest()
        return {}
    metrics = section.take('iou_metrics', ['mIoU'])
    section.expect(ignore_index=255, beta=1, format_only=False, collect_device='cpu')
    section.close()
    return dict(metric=metrics[0] if len(metrics) == 1 else list(metrics))
