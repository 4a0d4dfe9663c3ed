"""Facts of the known data sets: whole, and the same in the classes that read them."""

import importlib
import pkgutil
import subprocess

import pytest
from preloaded import preloaded_python

from mmseg.datasets import DATASETS
from mmseg.datasets import known as package
from mmseg.datasets.known import find_facts, known_names
from mmseg.datasets.known.cityscapes import FACTS as CITYSCAPES
from mmseg.datasets.known.cityscapes import LABELS
from mmseg.datasets.known.coco_stuff import CLASS_OF_ID
from mmseg.datasets.known.pascal_context import CATEGORY_IDS
from mmseg.datasets.known.pascal_context import FACTS as PASCAL_CONTEXT

MODULES = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name != 'facts']


@pytest.mark.parametrize('module', MODULES)
def test_whole(module):
    facts = importlib.import_module(f'mmseg.datasets.known.{module}').FACTS
    assert len(set(facts.classes)) == len(facts.classes) == len(facts.palette)
    assert all(facts.classes)
    assert facts.img_suffix[-4:] in ('.jpg', '.png')
    assert facts.seg_map_suffix.endswith('.png')
    assert module == 'demo_scenes' or facts.paper
    assert facts.server_ids is None or len(set(facts.server_ids)) == len(facts.classes)


@pytest.mark.parametrize('module', MODULES)
def test_the_data_set_reads_them(module):
    facts = importlib.import_module(f'mmseg.datasets.known.{module}').FACTS
    home = f'mmseg.datasets.{module}'
    kinds = [kind for kind in DATASETS.module_dict.values() if kind.__module__ == home]
    assert kinds
    assert facts.classes == kinds[0].CLASSES
    assert facts.palette == kinds[0].PALETTE


def test_no_name_has_two_meanings():
    names = [name for module in MODULES for name in
             importlib.import_module(f'mmseg.datasets.known.{module}').FACTS.names]
    assert sorted(names) == known_names()


def test_values_in_the_files():
    ade, voc = find_facts('ade'), find_facts('voc')
    assert list(ade.label_values) == list(range(151))
    assert list(voc.label_values) == list(range(21))
    assert find_facts('isaid').colour_values[0, 0, 63] == 1
    assert find_facts('potsdam').colour_values[255, 255, 255] == 1
    assert ade.server_ids == tuple(range(1, 151))
    assert find_facts('loveda').server_ids == tuple(range(7))


def test_ids():
    assert [LABELS[i] for i in CITYSCAPES.server_ids] == list(CITYSCAPES.classes)
    assert CITYSCAPES.server_ids[:3] == (7, 8, 11)
    assert list(CLASS_OF_ID.values()) == list(range(len(find_facts('cocostuff').classes)))
    assert CLASS_OF_ID[0] == 0
    assert CLASS_OF_ID[181] == 170
    assert len(CATEGORY_IDS) == len(PASCAL_CONTEXT.classes)


def loaded_by(statement):
    code = f'import sys\n{statement}\nprint(*(name for name in sys.modules if name.startswith("mmseg.")))'
    return set(subprocess.check_output([preloaded_python(), '-c', code], text=True).split())


def test_class_names_load_no_machinery():
    loaded = loaded_by("from mmseg.datasets.class_names import get_classes\nget_classes('ade')")
    assert {name for name in loaded if not name.startswith('mmseg.datasets.known')} == {
        'mmseg.version', 'mmseg.datasets', 'mmseg.datasets.class_names'}


def test_names_of_types_are_known_before_their_modules_are_loaded():
    loaded = loaded_by("from mmseg.datasets import DATASETS, PIPELINES\n"
                       "assert 'ADE20KDataset' in DATASETS and 'RandomMosaic' in PIPELINES\n"
                       "assert 'Resize' not in DATASETS")
    assert not {'mmseg.datasets.ade', 'mmseg.datasets.custom', 'mmseg.datasets.pipelines.mix'} & loaded
    loaded = loaded_by("from mmseg.datasets import DATASETS\nDATASETS.get('ADE20KDataset')")
    assert 'mmseg.datasets.ade' in loaded
    assert 'mmseg.datasets.cityscapes' not in loaded
    assert 'mmseg.datasets.pipelines.mix' not in loaded
