"""Label maps as files: no image's is lost to another's."""

import numpy as np
import pytest
from PIL import Image

from mmseg.evaluation.label_maps import label_maps_by_name, write_class_indices


class Files:
    """Images, by their paths."""

    CLASSES = ('a', 'b', 'c', 'd')

    def __init__(self, *names):
        self.img_dir, self.names = '/data', names

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        raise NotImplementedError

    def sample_files(self, index):
        return {'img': f'{self.img_dir}/{self.names[index]}'}


@pytest.mark.parametrize(('names', 'written'), [
    (['a.jpg', 'b.jpg'], ['a.png', 'b.png']),
    (['a.jpg', 'a.png', 'b.png'], ['a.jpg.png', 'a.png.png', 'b.png']),
    (['x/a.jpg', 'y/a.jpg'], ['x/a.png', 'y/a.png']),
    (['x/a.jpg', 'y/a.jpg', 'x/a.tif'], ['x/a.jpg.png', 'y/a.png', 'x/a.tif.png']),
    (['a.jpg', 'a.jpg'], ['a.png', 'a.png']),
])
def test_names(names, written, tmp_path):
    dataset = Files(*names)
    maps = [np.full((2, 3), index) for index in range(len(names))]
    paths = [path for index in range(len(names))
             for path in write_class_indices(dataset, maps[index:index + 1], str(tmp_path), [index])]
    assert paths == [str(tmp_path / name) for name in written]
    for path, values in dict(zip(paths, maps)).items():
        assert np.array_equal(np.array(Image.open(path)), values)
    assert list(label_maps_by_name(dataset, maps)) == list(dict.fromkeys(names))
