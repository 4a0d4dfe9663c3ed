"""Each format, read and written; pickles, of which nothing is run."""

import collections
import io
import pickle

import numpy as np
import pytest

from mmcv.fileio import dump, load


@pytest.mark.parametrize('name', ['x.json', 'x.yaml', 'x.yml'])
def test_round_trip(tmp_path, name):
    if not name.endswith('json'):
        pytest.importorskip('yaml')
    value = {'a': [1, 2.5, None], 'b': {'c': 'text'}}
    dump(value, tmp_path / 'new' / name)
    assert load(tmp_path / 'new' / name) == value


def test_numpy_and_sets_in_json():
    value = {'array': np.arange(3), 'number': np.float32(0.5), 'set': {1}, 'range': range(2)}
    assert dump(value, file_format='json') == '{"array": [0, 1, 2], "number": 0.5, "set": [1], "range": [0, 1]}'


def test_open_files():
    file = io.StringIO()
    dump([1], file, file_format='json')
    assert file.getvalue() == '[1]'
    assert load(io.BytesIO(b'[1]'), file_format='json') == [1]


ARRAYS = [np.arange(6, dtype=np.int64).reshape(2, 3), np.asfortranarray(np.eye(3, 2, dtype=np.float32))]
PLAIN = {'maps': ARRAYS, 'share': np.float32(0.5), 'no': True,
         'names': ('a', b'b', {1, 2}, None), 'order': collections.OrderedDict(x=1)}


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_and_arrays_come_out_of_a_pickle(tmp_path, protocol):
    dump(PLAIN, tmp_path / 'x.pkl', protocol=protocol)
    found = load(tmp_path / 'x.pkl')
    for mine, expected in zip(found.pop('maps'), PLAIN['maps']):
        assert mine.flags.writeable
        assert (mine.dtype, mine.tolist()) == (expected.dtype, expected.tolist())
    assert found == {key: value for key, value in PLAIN.items() if key != 'maps'}
    assert type(found['share']) is np.float32
    assert type(found['order']) is collections.OrderedDict


class Writes:
    """Unpickled by python itself, this would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, 'w')


@pytest.mark.parametrize('wrap', [lambda bad: bad, lambda bad: [1, {'a': bad}], lambda bad: np.array([bad], object)])
def test_nothing_else_does_and_nothing_is_run(tmp_path, wrap):
    bad = tmp_path / 'bad'
    dump(wrap(Writes(str(bad))), tmp_path / 'x.pkl')
    with pytest.raises(ValueError, match=r'x\.pkl: .* it names _?io\.open, .* foreign code: write it as lists'):
        load(tmp_path / 'x.pkl')
    assert not bad.exists()


def test_arrays_by_name_and_in_a_row(tmp_path):
    maps = {'a/b.png': np.arange(4, dtype=np.uint8).reshape(2, 2), 'file': np.array([300])}
    dump(maps, tmp_path / 'x.npz')
    found = load(tmp_path / 'x.npz')
    assert {key: (array.dtype, array.tolist()) for key, array in found.items()} == {
        key: (array.dtype, array.tolist()) for key, array in maps.items()}
    assert np.load(tmp_path / 'x.npz')['a/b.png'].tolist() == [[0, 1], [2, 3]]
    dump([np.zeros(2), np.ones(1)], tmp_path / 'y.npz')
    assert [array.tolist() for array in load(tmp_path / 'y.npz').values()] == [[0, 0], [1]]
    dump(np.arange(3), tmp_path / 'z.npy')
    assert load(tmp_path / 'z.npy').tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match='Object arrays'):
        dump(np.array([{}], object), tmp_path / 'w.npy')


@pytest.mark.parametrize(('name', 'content', 'message'), [
    ('x.txt', b'', "format 'txt' is unknown"),
    ('x.json', b'{', r'x\.json: no valid json'),
    ('x.pkl', b'', r'x\.pkl: no valid pickle'),
    ('x.pkl', pickle.dumps([1, 2])[:-3], r'x\.pkl: no valid pickle'),
    ('x.pkl', b'}not a pickle', r'x\.pkl: no valid pickle'),
    ('x.npz', b'PK no archive', r'x\.npz: no valid npz'),
    ('x.npy', b'', r'x\.npy: no valid npy'),
])
def test_mistakes_name_the_file(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load(tmp_path / name)


def test_what_json_has_not():
    with pytest.raises(TypeError, match='json has no object'):
        dump(object(), file_format='json')
