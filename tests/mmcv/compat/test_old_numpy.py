"""Names of old numpy in the code of a project."""

import numpy as np
import pytest

import mmcv  # noqa: F401 -- which answers

CODE = 'import numpy as np\n\nKINDS = np.float, np.int, np.object, np.float_\n'


@pytest.fixture
def imported(tmp_path):
    """``imported()``: runs a module that uses such names, and returns its own."""
    path = tmp_path / 'old_transforms.py'
    path.write_text(CODE)

    def run():
        names = {'__name__': 'old_transforms'}
        exec(compile(CODE, str(path), 'exec'), names)
        return names

    return run


def test_the_message_names_the_file_and_the_mend(imported):
    with pytest.raises(AttributeError, match=r'old_transforms\.py:3: np\.float .*write float, or set MMCV_OLD_NUMPY=1'):
        imported()
    assert not hasattr(np, 'float')
    with pytest.raises(AttributeError, match='nothing_of_it'):
        np.nothing_of_it  # noqa: B018


def test_the_environment_brings_them_back(imported, monkeypatch):
    monkeypatch.setenv('MMCV_OLD_NUMPY', '1')
    assert imported()['KINDS'] == (float, int, object, np.float64)
