"""The other Python: what is said where it cannot take part, and that its side asks for names of 0.30 only."""

import ast
import sys

import numpy as np
import pytest
import torch

from mmseg.benchmark import rival_worker
from mmseg.benchmark.rival import WORKER, Rival

# Where mmcv 1.7 and mmsegmentation 0.30 have what the worker takes of them.
OF_0X = {'mmcv', 'mmcv.utils', 'mmcv.cnn.utils', 'mmseg.core', 'mmseg.models', 'mmseg.models.segmentors',
         'mmseg.ops', 'mmseg.datasets.pipelines'}


def test_another_python_without_the_rival_is_one_clear_line(capfd):
    with pytest.raises(ValueError, match=r'--against .*mmsegmentation 0\.30'):
        Rival(sys.executable, 'evaluate', nothing=0).seconds()
    capfd.readouterr()


def test_no_python_is_one_clear_line():
    with pytest.raises(ValueError, match='--against /nowhere: there is no such program'):
        Rival('/nowhere', 'evaluate')


def test_the_worker_takes_everything_from_its_place_in_0x():
    named = set()
    for node in ast.walk(ast.parse(WORKER.read_text())):
        if isinstance(node, ast.ImportFrom):
            named.add(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == '_of_0x':
            named.add(node.args[0].value)
    assert {name for name in named if name.startswith('mm')} == OF_0X


def test_the_work_on_a_frame_is_that_of_0x():
    """Here the old addresses answer instead of 0.30."""

    label = np.arange(64).reshape(8, 8) % 3
    logits = torch.nn.functional.one_hot(torch.from_numpy(label)).permute(2, 0, 1)[None].float()
    areas = rival_worker.evaluate(logits, label, (8, 8), 3)()
    assert [area.tolist() for area in areas] == [[22, 21, 21]] * 4
