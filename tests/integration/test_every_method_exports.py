"""One small model of each method as a file in each format, beside the model at sizes that it was not traced at.

It takes about a minute of a core per method, so it waits to be asked for: ``TEST_EVERY_EXPORT=1 bash tests/run.sh slow
tests/integration/test_every_method_exports.py``, with the packages of the extra ``export`` for their formats.
"""

import os
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
import zoo
from export_packages import can_be_written

from mmseg.apis import load_config
from mmseg.assembly.model import load_trained
from mmseg.export.facts import facts_of
from mmseg.export.formats import FORMATS
from mmseg.export.network import Network, Sizes
from mmseg.export.program import trace
from mmseg.export.runtimes import RUNTIMES

METHODS = runpy.run_path(str(Path(__file__).with_name('test_every_method.py')))
ONE_SIZE = {'beit': (64, 64), 'mae': (64, 64)}  # their positions are for one
SIZES = [(1, 96, 160), (2, 101, 135), (1, 224, 96), (1, 64, 64), (1, 259, 387)]  # images, height, width
LARGE = [(1, 416, 416), (1, 451, 559), (2, 417, 431), (1, 560, 640), (1, 700, 900)]


def small_network(method):
    name = METHODS['ROOT'] / 'configs' / method / f'{METHODS["CASES"][method]}.py'
    cfg = load_config(str(name))
    options = dict(METHODS['small'](cfg.model, method not in METHODS['AS_WIDE']))
    cfg = load_config(str(name), {**options, 'device': 'cpu'})
    model = zoo.fill(load_trained(cfg, None))
    facts = facts_of(model, cfg)
    return Network(model, facts), facts


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get('TEST_EVERY_EXPORT'), reason='asked for by TEST_EVERY_EXPORT=1: 45 minutes')
@pytest.mark.parametrize('method', METHODS['METHODS'])
def test_gives_the_same_as_a_file(method, tmp_path):
    (network, facts), one = small_network(method), ONE_SIZE.get(method)
    sizes = Sizes(3, *(one or ()))
    traced = trace(network, sizes)
    pairs = []
    for seed, (images, *size) in enumerate(LARGE if method in METHODS['SIDES'] else SIZES[:1] if one else SIZES):
        size = one or [-(-side // multiple) * multiple for side, multiple in zip(size, traced.multiple)]
        given = network.example(sizes, *size, images, seed)
        with torch.no_grad():
            pairs.append((given.numpy(), network(given).numpy()))
    same_points, same_labels = (0.999, 0.999) if method == 'point_rend' else (1, 0.9999)
    for name in filter(can_be_written, FORMATS):
        path = tmp_path / f'{method}{FORMATS[name].suffix}'
        FORMATS[name].write(traced.program, path, facts.as_metadata(), 'logits')
        run = RUNTIMES[path.suffix](path)
        for given, expected in pairs:
            found = run(given)
            near = np.abs(found - expected).max(1) <= 1e-4 * np.abs(expected).max()
            assert near.mean() >= same_points, (name, given.shape)
            assert (found.argmax(1) == expected.argmax(1)).mean() >= same_labels, (name, given.shape)
