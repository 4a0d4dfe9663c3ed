"""What a client gets that takes several kinds of answers."""

import pytest

from mmseg.serve.answers import wants_document


@pytest.mark.parametrize(('accept', 'wanted'), [
    ('application/json', True), ('Application/JSON; charset=utf-8', True), ('application/json, */*;q=0.8', True),
    ('image/png;q=0.5, application/json', True), ('application/json;q=0', False),
    ('image/png, application/json;q=0.1', False), ('image/png', False), ('*/*', False), ('', False),
    ('application/json;q=high', True), ('application/jsonlines', False),
])
def test_json_only_where_it_is_asked_for(accept, wanted):
    assert wants_document(accept) == wanted
