"""Names of classes that go together, or do not."""

import pytest

from mmcv.utils import ConfigError
from mmseg.datasets.classes import check_trained_classes


@pytest.mark.parametrize(('trained', 'tested'), [
    (None, ['a']), (['a'], None), (['a', 'b'], ('a', 'b')), (['Traffic light', 'b'], ['traffic_light', 'B'])])
def test_a_model_and_a_data_set_of_the_same_classes(trained, tested, caplog):
    check_trained_classes(trained, tested)
    assert not caplog.records


@pytest.mark.parametrize(('trained', 'tested'), [
    (['a', 'b', 'c'], ['c', 'b', 'a']), (['a', 'b'], ['x', 'y']), (['a', 'b', 'c'], ['b', 'x', 'y'])])
def test_a_model_of_other_classes(trained, tested):
    with pytest.raises(ConfigError, match=rf'\[{", ".join(trained)}\], and the data set has \[{", ".join(tested)}\]: '
                                          '.*same order: set `classes` of data.test'):
        check_trained_classes(trained, tested)


def test_a_model_of_some_classes_that_are_called_otherwise(caplog):
    check_trained_classes(['sky', 'car'], ['sky', 'auto'])
    assert '[sky, car], and the data set has [sky, auto]: are they the same' in caplog.text
