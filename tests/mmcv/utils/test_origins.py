"""What is found in the values of a config."""

from mmcv.utils.origins import dicts_with


def test_dicts_with_keys_from_the_outside_in():
    inner, other = {'type': 'A', 'n': 1}, {'n': 2}
    config = {'type': 'B', 'n': 0, 'parts': [inner, ({'type': 'C'}, other)], 'text': 'n'}
    assert list(dicts_with(config, 'n')) == [config, inner, other]
    assert list(dicts_with(config, 'n', 'type')) == [config, inner]
    assert list(dicts_with(config)) == [config, inner, {'type': 'C'}, other]
    assert list(dicts_with('n', 'n')) == []
