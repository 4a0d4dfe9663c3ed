"""The section ``data`` as the loaders of 1.x: the way back of :mod:`.data`."""

from collections.abc import Mapping

from .back_pipeline import OurSection, test_steps, train_steps
from .data import FOLDERS, REDUCED
from .section import bare

_SAME = ('data_root', 'img_suffix', 'seg_map_suffix', 'test_mode', 'ignore_index')
_OURS_ALONE = ('CamVidDataset', 'DemoScenesDataset', 'FaceOccludedDataset', 'ListedDataset')
_LISTS = ('img_dir', 'ann_dir', 'split')


def write_loaders(top: OurSection, images: dict, by_epoch: bool) -> dict:
    """The three loaders.

    Args:
        top: the config, of which ``data`` is taken.
        images: gets what is done to the batch there.
        by_epoch: whether the training counts epochs.
    """
    data = top.section('data')
    batch, workers = data.take('samples_per_gpu', 1), data.take('workers_per_gpu', 0)
    found = {}
    for split in ('train', 'val', 'test'):
        own = data.section(f'{split}_dataloader')
        dataset = data.take(split)
        if dataset is None:
            continue
        sampler = dict(type='DefaultSampler' if by_epoch or split != 'train' else 'InfiniteSampler',
                       shuffle=split == 'train')
        threads = own.take('workers_per_gpu', workers)
        found[f'{split}_dataloader'] = dict(
            batch_size=own.take('samples_per_gpu', batch if split == 'train' else 1), num_workers=threads,
            persistent_workers=own.take('persistent_workers', threads > 0), sampler=sampler,
            **own.take_all('drop_last', 'pin_memory', 'prefetch_factor'),
            dataset=_dataset(dataset, split, images, f'data.{split}', top.lines))
        own.close()
    data.close()
    return found


def _dataset(cfg: Mapping | list, split: str, images: dict, path: str, lines: list[str]) -> dict:
    if isinstance(cfg, (list, tuple)):
        return dict(type='ConcatDataset', datasets=[
            _dataset(part, split, images, f'{path}.{index}', lines) for index, part in enumerate(cfg)])
    lengths = {len(cfg[key]) for key in _LISTS if isinstance(cfg.get(key), (list, tuple))}
    if lengths:
        parts = [{**cfg, **{key: cfg[key][index] for key in _LISTS if isinstance(cfg.get(key), (list, tuple))}}
                 for index in range(max(lengths))]
        return dict(type='ConcatDataset', datasets=[_dataset(part, split, images, path, lines) for part in parts])
    section = OurSection(cfg, path, lines)
    kind = bare(section.take('type'))
    if kind == 'RepeatDataset':
        inner = _dataset(section.take('dataset'), split, images, f'{path}.dataset', lines)
        return dict(type=kind, times=section.take('times'), dataset=inner)
    if kind in _OURS_ALONE:
        section.tell('type', f'= {kind!r} {section.missing}')
    reduce = section.take('reduce_zero_label', kind in REDUCED)
    found = dict(type='BaseSegDataset' if kind == 'CustomDataset' else kind, **section.take_all(*_SAME))
    found['data_prefix'] = {theirs: section.take(ours) for ours, theirs in FOLDERS if section.has(ours)}
    if (names := section.take('split')) is not None:
        found['ann_file'] = names
    if info := section.take_all('classes', 'palette'):
        found['metainfo'] = info
    if reduce is not (kind in REDUCED):
        found['reduce_zero_label'] = reduce
    steps, of_images = section.take('pipeline', []), {}
    section.close()
    if split == 'train':
        found['pipeline'] = train_steps(steps, of_images, f'{path}.pipeline', lines)
    else:
        found['pipeline'] = test_steps(steps, of_images, reduce, f'{path}.pipeline', lines)
    images.setdefault(split, of_images)
    return found
