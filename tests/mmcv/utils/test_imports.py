"""Modules by the name that a config gives."""

import pytest

from mmcv import utils


def test_import_modules():
    import json
    import math
    assert utils.import_modules_from_strings('json') is json
    assert utils.import_modules_from_strings(['json', 'math']) == [json, math]
    assert utils.import_modules_from_strings([]) is None
    with pytest.raises(ImportError, match='no_such_module'):
        utils.import_modules_from_strings(['json', 'no_such_module'])
    with pytest.warns(UserWarning, match='no_such_module'):
        assert utils.import_modules_from_strings('no_such_module', allow_failed_imports=True) is None
    with pytest.raises(TypeError, match='5'):
        utils.import_modules_from_strings([5])
