"""Which arguments take data sets, by annotation, name, declaration and value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, List, Optional, Union  # noqa: UP035 (as code for older Pythons annotates)

import pytest
from torch.utils.data import Dataset

from mmcv.config import ConfigDict
from mmcv.utils import Registry
from mmseg.datasets.inner_configs import dataset_arguments
from mmseg.protocols import Samples

REGISTRY = Registry('dataset')
CFG = {'type': 'Known'}


@REGISTRY.register_module()
class Known:
    def __len__(self):
        return 1

    def __getitem__(self, idx):
        return idx


def found(annotation, value, name='data'):
    """``dataset_arguments`` of a class with one argument, whose annotation may be missing."""
    def init(self, data=None, dataset=None, datasets=None, other=None):
        pass

    init.__annotations__ = {} if annotation is None else {name: annotation}
    return dataset_arguments(type('Wrapper', (), {'__init__': init}), {'type': 'Wrapper', name: value}, REGISTRY)


OLD_ONE = [Optional[Dataset], Union[Dataset, Known], Union[Mapping, Dataset]]  # noqa: UP007, UP045
OLD_SEVERAL = [List[Dataset], Optional[List[Dataset]]]  # noqa: UP006, UP045
ONE = [Dataset, Samples, Known, Dataset | None, *OLD_ONE, 'Dataset', "'CustomDataset'",
       'torch.utils.data.Dataset | None', 'Optional[Samples]']
SEVERAL = [Sequence[Dataset], list[Known], Iterable[Samples], tuple[Dataset, ...], *OLD_SEVERAL, 'Sequence[Dataset]',
           'list[CustomDataset] | None', 'Tuple[Dataset, Dataset]']
CONFIG = [dict, Mapping, ConfigDict, dict[str, Any], dict | None, list[dict], 'dict', 'Mapping | None', 'ConfigDict']
SILENT = [None, Any, object, 'Something', Registry]


@pytest.mark.parametrize('annotation', ONE, ids=str)
@pytest.mark.parametrize('value', [CFG, {'type': 'Unknown'}, [CFG, CFG]])
def test_annotated_as_a_data_set(annotation, value):
    assert found(annotation, value) == {'data': True}


@pytest.mark.parametrize('annotation', SEVERAL, ids=str)
def test_annotated_as_several(annotation):
    assert found(annotation, [CFG, CFG]) == {'data': False}


@pytest.mark.parametrize('annotation', CONFIG, ids=str)
@pytest.mark.parametrize('name', ['data', 'dataset', 'datasets'])
def test_annotated_as_a_config(annotation, name):
    assert found(annotation, CFG, name) == {}


@pytest.mark.parametrize('annotation', SILENT, ids=str)
def test_the_name_tells_where_the_annotation_does_not(annotation):
    assert found(annotation, {'type': 'Unknown'}, 'dataset') == {'dataset': True}
    assert found(annotation, [CFG], 'datasets') == {'datasets': False}


@pytest.mark.parametrize('annotation', SILENT, ids=str)
@pytest.mark.parametrize(('value', 'takes'), [
    (CFG, True), ({'type': Known}, True), ([CFG, CFG], True), ({'type': 'Unknown'}, False),
    ([CFG, {'type': 'x'}], False), ([CFG, 3], False), ({'a': 1}, False), ('Known', False), ([], False), (None, False),
    (3, False),
])
def test_the_value_tells_where_nothing_else_does(annotation, value, takes):
    assert found(annotation, value) == ({'data': False} if takes else {})


def test_nothing_is_nothing():
    assert found(Dataset, None) == {}


def test_what_a_class_declares_is_all():
    class Wrapper:
        dataset_arguments = ('first', )

        def __init__(self, first, dataset: Dataset):
            pass

    assert dataset_arguments(Wrapper, {'type': 'Wrapper', 'first': CFG, 'dataset': CFG}, REGISTRY) == {'first': False}


def test_annotations_of_a_base_count():
    class Base:
        def __init__(self, inner: Dataset, options: dict):
            pass

    class Wrapper(Base):
        def __init__(self, more=None, **kwargs):
            super().__init__(**kwargs)

    cfg = {'type': 'Wrapper', 'inner': {'type': 'Unknown'}, 'options': CFG, 'more': CFG}
    assert dataset_arguments(Wrapper, cfg, REGISTRY) == {'inner': True, 'more': False}


def test_an_own_annotation_wins_over_that_of_a_base():
    class Base:
        def __init__(self, inner: Dataset):
            pass

    class Wrapper(Base):
        def __init__(self, inner: dict, **kwargs):
            super().__init__(inner, **kwargs)

    assert dataset_arguments(Wrapper, {'type': 'Wrapper', 'inner': CFG}, REGISTRY) == {}
