import pytest

from mmseg.datasets import class_names
from mmseg.datasets.class_names import get_classes, get_palette
from mmseg.datasets.known import known_names

COUNTS = {'cityscapes': 19, 'camvid': 11, 'ade20k': 150, 'voc12aug': 21, 'pascal_context': 60, 'coco-stuff164k': 171,
          'cocostuff10k': 171, 'loveda': 7, 'potsdam': 6, 'vaihingen': 6, 'iSAID': 16, 'STARE': 2, 'occludedface': 2}


@pytest.mark.parametrize(('name', 'count'), COUNTS.items())
def test_counts(name, count):
    assert len(get_classes(name)) == len(get_palette(name)) == len(set(get_classes(name))) == count


@pytest.mark.parametrize('name', known_names())
def test_every_class_has_a_name_and_a_colour(name):
    assert all(get_classes(name))
    assert all(len(color) == 3 and all(0 <= c <= 255 for c in color) for color in get_palette(name))


def test_order_and_colours():
    assert get_classes('cityscapes')[:2] == ['road', 'sidewalk']
    assert get_palette('cityscapes')[-1] == [119, 11, 32]
    assert get_classes('ade')[7] == 'bed '
    assert get_palette('loveda')[4] == [159, 129, 183]
    assert get_classes('cocostuff')[-1] == 'wood'


def test_each_call_gives_lists_of_its_own():
    get_classes('voc').append('x')
    assert len(get_classes('voc')) == 21


def test_unknown_name():
    with pytest.raises(ValueError, match=r'cityscape.*did you mean cityscapes'):
        get_classes('cityscape')
    with pytest.raises(TypeError):
        get_palette(3)


@pytest.mark.parametrize(
    'name', ['cityscapes', 'ade', 'voc', 'cocostuff', 'loveda', 'potsdam', 'vaihingen', 'isaid', 'stare',
             'occludedface'])
def test_a_function_for_each_data_set(name):
    assert getattr(class_names, f'{name}_classes')() == get_classes(name)
    assert getattr(class_names, f'{name}_palette')() == get_palette(name)


@pytest.mark.parametrize('name', ['city_classes', 'ade_colours', 'classes'])
def test_no_function_for_what_is_not_known(name):
    with pytest.raises(AttributeError, match=name):
        getattr(class_names, name)
