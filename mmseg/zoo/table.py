"""docs/zoo.md from the facts: one table per method."""

from collections.abc import Iterator

from mmcv.config.find import config_folders

from .published import read_facts

_HEAD = """# The zoo

The run configs of mmsegmentation 0.30 with what was published of them: mIoU of one pass, mIoU with flips and several
scales, GB of memory per GPU in training (as printed then), and the weights. They are fetched (once, checked) by
`python tools/test.py NAME zoo --eval mIoU`, `init_segmentor(NAME, 'zoo')` and `--load-from zoo`. Generated from
`configs/zoo.json` by `python -m mmseg.zoo > docs/zoo.md`.

A name without a file is composed from its parts, if they are known: METHOD_BACKBONE_[BATCH_]CROP_ITERATIONS_DATASET,
such as `deeplabv3plus_r50-d8_512x512_20k_camvid`; `python tools/print_config.py NAME` shows what comes of it.
"""


def markdown() -> str:
    """The text of docs/zoo.md."""
    facts = read_facts()
    folders = {path.stem: path.parent.name for folder in config_folders() for path in folder.glob('[!_]*/*.py')}
    lines = [_HEAD]
    for method in sorted(facts['methods'], key=str.lower):
        lines += _section(method, facts['methods'][method], facts['models'], folders)
    return '\n'.join(lines)


def _section(method: str, of_method: dict, models: dict[str, dict], folders: dict[str, str]) -> Iterator[str]:
    rows = {name: model for name, model in models.items() if model['method'] == method}
    title, paper = of_method.get('title') or method, of_method.get('paper')
    yield f'## {method}\n'
    yield f'[{title}]({paper})\n' if paper else f'{title}\n'
    yield '| config | data set | mIoU | flips and scales | GB | weights |'
    yield '| --- | --- | --- | --- | --- | --- |'
    for name, model in rows.items():
        score = f'{model["mIoU"]:g}' if 'mIoU' in model else f'Dice {model["Dice"]:g}'
        values = (f'{model[key]:g}' if key in model else '' for key in ('mIoU(ms+flip)', 'memory_gb'))
        yield (f'| [{name}](../configs/{folders[name]}/{name}.py) | {model["dataset"]} | {score} | '
               f'{" | ".join(values)} | [pth]({model["checkpoint"]}) |')
    yield ''
