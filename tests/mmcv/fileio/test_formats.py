"""json and yaml, read and written; pickles, which are only written."""

import io

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


def test_a_pickle_is_written_and_never_read(tmp_path):
    dump([1], tmp_path / 'x.pkl')
    assert (tmp_path / 'x.pkl').stat().st_size > 0
    with pytest.raises(ValueError, match='foreign code'):
        load(tmp_path / 'x.pkl')


@pytest.mark.parametrize(('name', 'content', 'message'), [
    ('x.txt', b'', "format 'txt' is unknown"),
    ('x.json', b'{', r'x\.json: no valid json'),
])
def test_mistakes_name_the_file(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load(tmp_path / name)


def test_what_json_has_not():
    with pytest.raises(TypeError, match='json has no object'):
        dump(object(), file_format='json')
