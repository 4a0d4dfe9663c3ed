"""Modules below a package are its attributes, whoever has imported them."""

import subprocess

import pytest
from preloaded import preloaded_python

PATHS = """
    mmcv.utils.config.ConfigDict mmcv.utils.misc.is_str mmcv.fileio.io.load mmcv.image.misc.tensor2imgs
    mmcv.visualization.color.color_val mmcv.arraymisc.quantization.quantize mmcv.runner.checkpoint.load_checkpoint
    mmcv.runner.optimizer.builder.OPTIMIZERS mmcv.cnn.bricks.transformer.FFN mmcv.cnn.utils.weight_init.xavier_init
    mmcv.parallel.scatter_gather.scatter mmcv.engine.test.single_gpu_test mmcv.ops.cc_attention.CrissCrossAttention
    mmseg.core.evaluation.metrics.mean_iou mmseg.core.seg.sampler.OHEMPixelSampler mmseg.models.utils.embed.PatchEmbed
    mmseg.models.decode_heads.psp_head.PPM mmseg.ops.wrappers.resize mmseg.utils.logger.get_root_logger
"""
SHOW = """
import sys
import mmcv, mmseg
for path in sys.argv[1:]:
    value = mmcv if path.startswith('mmcv') else mmseg
    for name in path.split('.')[1:]:
        value = getattr(value, name)
    print(path, callable(value) or 'module_dict' in dir(value))
"""


def test_old_modules_are_attributes_before_they_are_imported():
    done = subprocess.run([preloaded_python(), '-c', SHOW, *PATHS.split()], text=True, capture_output=True, check=True)
    assert done.stdout.splitlines() == [f'{path} True' for path in PATHS.split()]


@pytest.mark.parametrize('package', ['mmcv', 'mmcv.utils', 'mmseg.core', 'mmseg.models'])
def test_what_was_never_there_is_no_attribute(package):
    module = __import__(package, fromlist=['x'])
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'never_there'"):
        _ = module.never_there
    assert not hasattr(module, '__never__')
