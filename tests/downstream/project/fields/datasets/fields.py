"""The data set, with a report of its own."""

import os.path as osp

import mmcv
from mmcv.utils import print_log
from mmseg.datasets.builder import DATASETS
from mmseg.datasets.custom import CustomDataset


@DATASETS.register_module()
class FieldsDataset(CustomDataset):

    CLASSES = ('soil', 'wheat', 'maize')
    PALETTE = [[120, 90, 60], [230, 210, 80], [60, 160, 60]]

    def __init__(self, split, **kwargs):
        super().__init__(img_suffix='.png', seg_map_suffix='.png', split=split, **kwargs)
        assert osp.exists(self.img_dir)
        assert self.split is not None
        assert len(self.img_infos) == len(mmcv.list_from_file(self.split))

    def evaluate(self, results, metric='mIoU', logger=None, efficient_test=False, **kwargs):
        metrics = super().evaluate(results, metric=metric, logger=logger, **kwargs)
        worst = min(self.CLASSES, key=lambda name: metrics[f'IoU.{name}'])
        print_log(f'worst class: {worst}', logger=logger)
        metrics['worst'] = metrics[f'IoU.{worst}']
        return metrics
