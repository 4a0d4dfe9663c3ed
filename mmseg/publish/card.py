"""The card of a published model: what it is, how good, what for, and how to load it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import nn

from mmcv.checkpoint import class_facts
from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmseg.datasets.builder import innermost
from mmseg.settings import Settings
from mmseg.version import __version__

from .measured import Measured
from .weights import digest

_MEANS = ('mIoU', 'mAcc', 'aAcc')
_USE = ('Labels every pixel of images like those that it was trained on. Nobody has tried it on other cameras, places '
        'or kinds of images; measure it on labelled images of your own before anything depends on it.')


def write_card(
    folder: Path, settings: Settings, model: nn.Module, files: Sequence[Path], measured: Measured,
    said: Mapping[str, str],
) -> None:
    """Write ``README.md``.

    Args:
        folder: of the published model.
        settings: its config.
        model: with classes and palette.
        files: the others of the folder.
        measured: how good it is.
        said: ``license`` and ``use`` as the publisher says them.
    """
    parts = [
        f'# {settings.name}', _what(settings, model),
        '## Data', _data(settings.config),
        '## Classes', _classes(model),
        '## Metrics', _metrics(measured),
        '## Calibration', _calibration(measured),
        '## Intended use', said.get('use', _USE),
        '## License', said.get('license', 'The publisher has stated none: ask before you use these weights.'),
        '## How to load', _loading(folder, settings),
        '## Files', _table(('file', 'sha256'), [(path.name, f'`{digest(path)}`') for path in files]),
    ]
    with atomic_write(folder / 'README.md', 'w', encoding='utf-8') as file:
        file.write('\n\n'.join(parts) + '\n')


def _what(settings: Settings, model: nn.Module) -> str:
    config, count = settings.model, sum(parameter.numel() for parameter in model.parameters())
    heads = config.get('decode_head')
    head = (heads[-1] if isinstance(heads, (list, tuple)) else heads) or {}
    parts = [str(part['type']) for part in (config.get('backbone') or {}, head) if 'type' in part]
    return (f'Semantic segmentation: {config["type"]}{" of " + " and ".join(parts) if parts else ""}, '
            f'{count / 1e6:.2f} M parameters, made with mmseg {__version__}. The whole config, as it was trained, is '
            f'[{settings.name}.py]({settings.name}.py).')


def _data(config: Config) -> str:
    lines = []
    for key, role in (('train', 'trained on'), ('test', 'measured on')):
        for part in innermost((config.get('data') or {}).get(key)):
            told = [f'{name} `{part[name]}`' for name in ('img_dir', 'ann_dir', 'split') if part.get(name)]
            lines.append(f'- {role}: {part.get("type")}{", " if told else ""}{", ".join(told)}')
    lines += [f'- {name}: `{config[name]}`' for name in ('crop_size', 'img_norm_cfg') if name in config]
    return '\n'.join(lines) or 'The config names none.'


def _classes(model: nn.Module) -> str:
    facts = class_facts(model)
    names, colours = facts.get('CLASSES'), facts.get('PALETTE')
    if not names:
        return 'They have no names.'
    colours = [''] * len(names) if colours is None else [f'`{", ".join(map(str, colour))}`' for colour in colours]
    return _table(('value', 'class', 'colour (RGB)'), [(i, *pair) for i, pair in enumerate(zip(names, colours))])


def _metrics(measured: Measured) -> str:
    values = measured.metrics
    if not values:
        return f'Not measured: {measured.why}.'
    interval = ''
    if 'mIoU.low' in values:
        interval = f'{values["mIoU.low"]:.2%} to {values["mIoU.high"]:.2%}'
    rows = [(name, f'{values[name]:.2%}', interval if name == 'mIoU' else '') for name in _MEANS if name in values]
    rows += [(name, f'{value:.2%}', '') for name, value in values.items() if name.startswith('IoU.')]
    return (f'On {measured.images} images of the test set; the interval is that of a bootstrap over the images.\n\n'
            + _table(('metric', 'value', '95 % interval'), rows))


def _calibration(measured: Measured) -> str:
    if not measured.calibration.pixels:
        return f'Not measured: {measured.why}.'
    return (f'Expected calibration error {measured.calibration.error():.2%}, over {measured.calibration.pixels:,} '
            'pixels: how far, on average, the probability of the chosen class is from the share of pixels where it is '
            'right.')


def _loading(folder: Path, settings: Settings) -> str:
    return (f"""```python
from mmseg.apis import inference_segmentor, init_segmentor

model = init_segmentor('{folder.name}')  # this folder
label_map = inference_segmentor(model, 'image.jpg')[0]
```

Either of the two files of weights is enough. On a command line:
`python tools/test.py {folder.name}/{settings.name}.py {folder.name}/WEIGHTS.pth --eval mIoU`.""")


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join(f'| {" | ".join(str(cell).replace("|", "/") for cell in line)} |' for line in lines)
