"""A folder that holds all that a model needs away from the machine that trained it."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from mmcv.checkpoint import class_facts, get_state_dict, load_state_dict
from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmcv.utils import ConfigError
from mmseg.assembly.load import as_config
from mmseg.assembly.model import load_trained, name_classes
from mmseg.assembly.published import published_files
from mmseg.settings import Settings

from .card import write_card
from .measured import Measured, measure
from .weights import strip, write_weights

#: What belongs to a run, and means nothing, or only a path of this machine, to others.
_OF_A_RUN = ('load_from', 'resume_from', 'auto_resume', 'work_dir', 'seed', 'gpu_ids', 'device', 'cfg_options')


def publish(
    config: str | Path | Config, checkpoint: str, folder: str | Path, *, evaluate: bool = True,
    said: Mapping[str, str] | None = None,
) -> Path:
    """Write ``NAME-HASH.pth``, ``NAME-HASH.safetensors``, ``NAME.py`` and ``README.md`` into a folder.

    ``init_segmentor(folder)`` loads the model from there, with its classes and palette, whichever of the two files of
    weights is left.

    Args:
        config: a path, a bare name, or a loaded config.
        checkpoint: a path or an address, whose keys have to be those of the model.
        folder: where to; it may not hold a published model yet.
        evaluate: measure ``data.test`` for the card, if its labels are on this machine.
        said: ``license`` and ``use``, what the card says of these.

    Returns:
        The folder.

    Raises:
        ConfigError: the folder is taken; a config that is wrong.
        CheckpointError: damaged, or of another model.
    """
    settings, folder = Settings.of(as_config(config)), Path(folder)
    _check_free(folder)
    stripped = strip(checkpoint)
    model = load_trained(settings, None)
    load_state_dict(model, stripped['state_dict'], strict=True, source=str(checkpoint))
    name_classes(settings, model, stripped['meta'])
    stripped['state_dict'] = get_state_dict(model)  # under our keys, whoever wrote it
    facts = class_facts(model)
    with _all_or_nothing(folder):
        files = write_weights(stripped, folder / settings.name, facts)
        copied = settings.config.copy()
        for key in _OF_A_RUN:
            copied.pop(key, None)
        config_file = folder / f'{settings.name}.py'
        with atomic_write(config_file, 'w', encoding='utf-8') as file:
            file.write(copied.pretty_text)
        published_files(folder)  # what was written can be found again
        measured = measure(settings, str(files[0])) if evaluate else Measured(why='it was not asked for (--no-eval)')
        write_card(folder, settings, model, [*files, config_file], measured, said or {})
    return folder


@contextlib.contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Make a folder; where what is done with it ends in an error, what came into it is taken away again."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    try:
        yield
    except BaseException:
        for path in set(folder.iterdir()) - before:
            path.unlink()
        if made:
            folder.rmdir()
        raise


def _check_free(folder: Path) -> None:
    taken = [path for pattern in ('*.py', '*.pth', '*.safetensors', 'README.md') for path in folder.glob(pattern)]
    if taken:
        raise ConfigError(f'--out {folder}: there is a {taken[0].name} already: name a folder of its own')
