"""Names of outputs: no two sources write into one file."""

from pathlib import PurePath

import pytest

from mmseg.inference import Picture, Video
from mmseg.predict import output_names


@pytest.mark.parametrize(('given', 'expected'), [
    (['a.png', 'b/a.png', 'a.b.png'], ['a', 'b/a', 'a.b']),
    (['a.png', 'A.jpg'], ['a.png', 'A.jpg']),
    (['a.jpg', 'a.png', 'a.jpg.bmp'], ['a.jpg', 'a.png', 'a.jpg.bmp']),
    (['film.mp4', 'film/000000.png'], ['film.mp4', 'film/000000']),
    (['film.mp4', 'Film/x/y.png', 'film.avi'], ['film.mp4', 'Film/x/y', 'film.avi']),
    (['film.mp4', 'films/000000.png', 'film.d/a.png'], ['film', 'films/000000', 'film.d/a']),
])
def test_names_below_one_folder(given, expected):
    sources = [(Video if path.endswith(('mp4', 'avi')) else Picture)(f'in/{path}', PurePath(path)) for path in given]
    assert output_names(sources) == list(map(PurePath, expected))
