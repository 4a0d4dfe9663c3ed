import pickle

import pytest

from mmseg.checks import Facts
from mmseg.datasets.builder import PIPELINES
from mmseg.datasets.pipelines import Compose, Pad, RandomCrop, RandomFlip


@pytest.fixture
def registered():
    """A user's transforms, a class and a function."""

    @PIPELINES.register_module()
    class AddOne:
        def __init__(self, key='x'):
            self.key = key

        def __call__(self, results):
            results[self.key] += 1
            return results

    yield AddOne
    del PIPELINES.module_dict['AddOne']


def test_dicts_and_callables(registered):
    pipeline = Compose([{'type': 'AddOne'}, lambda results: results | {'y': 5}, {'type': registered, 'key': 'y'}])
    assert pipeline({'x': 1}) == {'x': 2, 'y': 6}


def test_none_drops_the_sample(registered):
    assert Compose([lambda results: None, registered()])({'x': 1}) is None
    assert Compose([])({'x': 1}) == {'x': 1}


@pytest.mark.parametrize('transforms', ['Resize', {'type': 'Resize'}, [5], ['Resize'], None])
def test_what_is_no_pipeline(transforms):
    with pytest.raises(ValueError, match='must be a'):
        Compose(transforms)


def test_unknown_names_and_arguments():
    with pytest.raises(ValueError, match='RandomFlip'):
        Compose([{'type': 'RandomFlop'}])
    with pytest.raises(ValueError, match='prob'):
        Compose([{'type': 'RandomFlip', 'probe': 0.5}])
    with pytest.raises(ValueError, match=r'prob must lie in \[0, 1\]'):
        Compose([{'type': 'RandomFlip', 'prob': 1.5}])


def test_repr_and_pickle():
    pipeline = Compose([RandomFlip(0.5)])
    assert repr(pipeline) == "Compose(\n    RandomFlip(prob=0.5, direction='horizontal')\n)"
    assert repr(pickle.loads(pickle.dumps(pipeline))) == repr(pipeline)


@pytest.mark.parametrize(('crop', 'count'), [
    (RandomCrop((10, 10)), 1), (type('Own', (RandomCrop,), {})((10, 10)), 0),
    (type('Told', (RandomCrop,), {'sizes_after': RandomCrop.sizes_after})((10, 10)), 1)])
def test_sizes_after_a_step_of_a_project_are_not_guessed(crop, count):
    problems = Compose([crop, Pad((40, 40))]).check(Facts(sizes=((30, 30), (30, 30))))
    assert len(problems) == count
