"""The project's own formatting, with DataContainers."""

import numpy as np

import mmcv
from mmcv.parallel import DataContainer as DC
from mmseg.datasets.builder import PIPELINES
from mmseg.datasets.pipelines import to_tensor


@PIPELINES.register_module()
class Tint(object):
    """A random share of the grey picture."""

    def __init__(self, share=0.5):
        self.share = share

    def __call__(self, results):
        if np.random.rand() < self.share:
            grey = mmcv.bgr2gray(results['img'], keepdim=True).astype(np.float32)
            results['img'] = (0.5 * results['img'] + 0.5 * grey).astype(np.uint8)
        return results


@PIPELINES.register_module()
class Bundle(object):
    """Image and label map to stacked containers."""

    def __call__(self, results):
        if 'img' in results:
            img = results['img']
            if len(img.shape) < 3:
                img = np.expand_dims(img, -1)
            results['img'] = DC(to_tensor(np.ascontiguousarray(img.transpose(2, 0, 1))), stack=True)
        if 'gt_semantic_seg' in results:
            results['gt_semantic_seg'] = DC(
                to_tensor(results['gt_semantic_seg'][None, ...].astype(np.int64)), stack=True)
        return results


@PIPELINES.register_module()
class Gather(object):
    """The chosen fields, and what else is known of the picture."""

    def __init__(self, keys, meta_keys=('filename', 'ori_filename', 'ori_shape', 'img_shape', 'pad_shape',
                                        'scale_factor', 'flip', 'flip_direction', 'img_norm_cfg')):
        self.keys = keys
        self.meta_keys = meta_keys

    def __call__(self, results):
        data = {'img_metas': DC({key: results[key] for key in self.meta_keys}, cpu_only=True)}
        data.update({key: results[key] for key in self.keys})
        return data
