"""How time grows with the size of the image, the classes, the batch, the processes and the samples."""
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mmseg.datasets import CustomDataset

from ..measure import Case, Way
from .evaluation import evaluation
from .models import EXACT, build, infer, plain, training_batch
from .options import Options

FILES = (1_000, 10_000, 100_000, 300_000)


def scaling(options: Options) -> Iterator[Case]:
    """One case a point."""
    for height in (256, 512, 1024):
        yield from infer(options._replace(against=None), (height, 2 * height))
    for batch in (1, 2, 4):
        yield _step(options, (256, 512), batch)
    for classes in (2, 19, 150):
        yield from evaluation(options._replace(against=None), (512, 1024), classes)
    for number in FILES:
        yield _index(number)


def _step(options, size, batch):
    net = build(options)
    data = training_batch(net, options.device, size, batch)
    ways = {name: Way(lambda changed=changed: changed.train_step(data, None)['loss'].backward(), options.device)
            for name, changed in {'plain': plain(net).train(), EXACT: net.train()}.items()}
    return Case(f'{options.config}: forward and backward, {batch} x {size}', ways)


def _index(number):
    """Building a data set from its folders, every image with its label."""
    folder = tempfile.TemporaryDirectory()
    for part, suffix in (('images', '.jpg'), ('labels', '.png')):
        Path(folder.name, part).mkdir()
        for i in range(number):
            Path(folder.name, part, f'frame_{i:06}{suffix}').touch()

    def run():
        CustomDataset([], img_dir='images', ann_dir='labels', data_root=folder.name, classes=('a', 'b'))

    return Case(f'data set of {number} samples, indexed', {'index': Way(run)})
