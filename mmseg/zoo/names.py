"""The grammar of config names: MODEL_[BATCH_]CROP_[BATCH_]ITERATIONS_DATASET, MODEL being METHOD_BACKBONE and variants.

``deeplabv3plus_r50-d8_512x512_80k_ade20k``, ``segformer_mit-b0_8x1_1024x1024_160k_cityscapes``. Around the iterations
and at the end stand extras of a recipe: ``adamw``, ``b16`` (images of all GPUs), ``pretrain_224x224_1K``.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_EXTRA = r'(?:pretrain_\d+x\d+_\d+K|adamw|b\d{1,2})'
_BATCH = r'[1-9]\d?x[1-9]\d?'
_NAME = re.compile(
    rf'(?P<model>[^/]+?)_(?:(?P<batch>{_BATCH})_)?(?P<height>[1-9]\d{{1,3}})x(?P<width>[1-9]\d{{1,3}})_'
    rf'(?:(?P<batch_behind>{_BATCH})_)?(?P<before>(?:{_EXTRA}_)*)(?P<iterations>[1-9]\d*k)_(?P<behind>(?:{_EXTRA}_)*)'
    rf'(?P<dataset>[a-z][\w-]*?)(?P<last>(?:_{_EXTRA})*)')


UNALIGNED = (769, 769)  # crops of n * 8 + 1 pixels align the corners of feature maps of stride 8


@dataclass(frozen=True)
class DataOfName:
    """What the last word of a name means.

    Attributes:
        base: the file of ``_base_/datasets``; crops of other sizes may have files of their own, ``BASE_769x769``.
        classes: the name that :func:`mmseg.datasets.class_names.get_classes` knows.
        whole: whether one network sees a whole test image; else it sees windows as large as the crop.
        step: the stride of those windows, as a share of the crop in thirds.
        lr: the learning rate where it is not that of the schedule.
    """

    base: str
    classes: str
    whole: bool = True
    step: int = 2
    lr: float | None = None


DATASETS = {
    'ade20k': DataOfName('ade20k', 'ade20k'),
    'camvid': DataOfName('camvid', 'camvid'),
    'chase_db1': DataOfName('chase_db1', 'chase_db1', whole=False),
    'chase-db1': DataOfName('chase_db1', 'chase_db1', whole=False),
    'cityscapes': DataOfName('cityscapes', 'cityscapes'),
    'coco-stuff10k': DataOfName('coco-stuff10k', 'cocostuff'),
    'coco-stuff164k': DataOfName('coco-stuff164k', 'cocostuff'),
    'dark': DataOfName('dark_zurich', 'cityscapes'),
    'drive': DataOfName('drive', 'drive', whole=False),
    'hrf': DataOfName('hrf', 'hrf', whole=False),
    'isaid': DataOfName('isaid', 'isaid'),
    'loveda': DataOfName('loveda', 'loveda'),
    'night_driving': DataOfName('night_driving', 'cityscapes'),
    'pascal_context': DataOfName('pascal_context', 'pascal_context', whole=False, lr=0.004),
    'pascal_context_59': DataOfName('pascal_context_59', 'pascal_context', whole=False, lr=0.004),
    'potsdam': DataOfName('potsdam', 'potsdam'),
    'stare': DataOfName('stare', 'stare', whole=False),
    'vaihingen': DataOfName('vaihingen', 'vaihingen'),
    'voc12': DataOfName('pascal_voc12', 'voc12'),
    'voc12aug': DataOfName('pascal_voc12_aug', 'voc12aug'),
}


@dataclass(frozen=True)
class ConfigName:
    """A name in its parts.

    Attributes:
        model: method, backbone and variants, ``deeplabv3_r50-d8``.
        batch: GPUs and images per GPU, ``4x4``; None where the name does not say.
        crop: (height, width) in pixels.
        iterations: ``80k``.
        dataset: a key of :data:`DATASETS`.
        extras: words of a recipe, such as ``adamw``.
    """

    text: str
    model: str
    batch: str | None
    crop: tuple[int, int]
    iterations: str
    dataset: str
    extras: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> 'ConfigName | None':
        """The parts of a name (``.py`` may follow); None for one that the grammar does not cover."""
        found = _NAME.fullmatch(text.removesuffix('.py'))
        if found is None or (found['batch'] and found['batch_behind']):
            return None
        crop = int(found['height']), int(found['width'])
        return cls(text.removesuffix('.py'), found['model'], found['batch'] or found['batch_behind'], crop,
                   found['iterations'], found['dataset'],
                   tuple(re.findall(_EXTRA, '_'.join((found['before'], found['behind'], found['last'])))))

    @property
    def size(self) -> str:
        """The crop as names and files write it, ``512x1024``."""
        return '{}x{}'.format(*self.crop)

    @property
    def max_iters(self) -> int:
        """The number that ``80k`` stands for."""
        return 1000 * int(self.iterations.removesuffix('k'))

    @property
    def samples_per_gpu(self) -> int | None:
        """The images per GPU that the name asks for."""
        return int(self.batch.partition('x')[2]) if self.batch else None

    @property
    def data(self) -> DataOfName:
        return DATASETS[self.dataset]


class Names:
    """The names of the run configs below a folder that follow the grammar, with their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def files(self) -> dict[ConfigName, Path]:
        found = {ConfigName.parse(path.stem): path for path in sorted(self.folder.glob('[!_]*/*.py'))}
        return {name: path for name, path in found.items() if name and name.dataset in DATASETS}

    def akin(self, wanted: ConfigName) -> list[ConfigName]:
        """Those of the same model that have all extras of a name."""
        return [name for name in self.files
                if name.model == wanted.model and set(wanted.extras) <= set(name.extras)]

    @cached_property
    def models(self) -> list[str]:
        return sorted({name.model for name in self.files})

    @cached_property
    def schedules(self) -> list[str]:
        """How long a run may be: those of ``_base_/schedules``, and of run configs with a schedule of their own."""
        files = (self.folder / '_base_/schedules').glob('schedule_*.py')
        known = {path.stem.removeprefix('schedule_') for path in files} | {name.iterations for name in self.files}
        return sorted(known, key=lambda iterations: (len(iterations), iterations))
