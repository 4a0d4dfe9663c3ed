"""Every top-level key of a config: what it accepts, what it does, and what it is if left out. Nothing else lists them.

The tables of docs/configs.md are made from this one: ``python -m mmseg.settings docs/configs.md``.
"""

from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch

from mmcv.config import Config, ConfigDict, check_known_keys
from mmcv.utils import ConfigError

from .device import choose_device
from .kinds import (
    AMP,
    ANYTHING,
    COMPILE,
    DEVICE,
    FEATURE_CACHE,
    FP16,
    FSDP,
    HOOK,
    HOOKS,
    LEVEL,
    NUMBERS,
    PATH,
    RECOMPUTE,
    SECTION,
    START_METHOD,
    SWITCH,
    SWITCH_OR_AUTO,
    WINOGRAD,
    WORKFLOW,
    Refused,
    whole,
)
from .names_1x import refuse_names_of_1x
from .table import Key, keys_of

#: What configs call values that they use again. They mean nothing by themselves; any other name will do.
VARIABLES = ('norm_cfg', 'dataset_type', 'data_root', 'img_norm_cfg', 'img_scale', 'crop_size', 'train_pipeline',
             'test_pipeline', 'total_epochs', 'checkpoint')


@dataclass(frozen=True, eq=False)
class Settings:
    """A config that has been checked, its keys with a type each; made by :meth:`of`.

    What a config leaves out, or sets to None, has its default. Sections are those of the config itself, so that whoever
    finds a mistake in one can tell where it was set.

    Attributes:
        config: what they were made from.
    """

    config: Config

    model: Annotated[ConfigDict | None, Key(
        SECTION, 'Parts', "model = dict(type='EncoderDecoder', ...)",
        'the segmentor: its backbone, neck, heads and losses, `train_cfg` and `test_cfg`')]
    data: Annotated[ConfigDict | None, Key(
        SECTION, 'Parts', 'data = dict(samples_per_gpu=2, workers_per_gpu=2, train=..., val=..., test=...)',
        'the data sets, and the arguments of their loaders; `train_dataloader`, `val_dataloader` and '
        '`test_dataloader` in it hold for one loader alone')]
    train_cfg: Annotated[ConfigDict | None, Key(
        SECTION, 'Parts', 'train_cfg = dict()',
        'old: write it inside of `model`')]
    test_cfg: Annotated[ConfigDict | None, Key(
        SECTION, 'Parts', "test_cfg = dict(mode='whole')",
        'old: write it inside of `model`')]
    custom_imports: Annotated[Any, Key(
        ANYTHING, 'Parts', "custom_imports = dict(imports=['my_package.heads'], allow_failed_imports=False)",
        'modules to import when the config is read, whose classes then have names here')]

    runner: Annotated[ConfigDict | None, Key(
        SECTION, 'Training', "runner = dict(type='IterBasedRunner', max_iters=40000)",
        "how long to train; `dict(type='EpochBasedRunner', max_epochs=100)` counts epochs")]
    total_iters: Annotated[int | None, Key(
        whole(1), 'Training', 'total_iters = 40000',
        'old: the iterations, without `runner`')]
    workflow: Annotated[list, Key(
        WORKFLOW, 'Training', "workflow = [('train', 1)]",
        "`[('train', n), ('val', m)]` looks at the loss of validation batches after every n", [('train', 1)])]
    optimizer: Annotated[ConfigDict | None, Key(
        SECTION, 'Training', "optimizer = dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=0.0005)",
        'any of torch.optim, and `paramwise_cfg` for rates and decays of single parameters')]
    optimizer_config: Annotated[dict, Key(
        SECTION, 'Training', 'optimizer_config = dict(grad_clip=dict(max_norm=1.0))',
        'what is done with the gradients before a step', {})]
    lr_config: Annotated[Any, Key(
        HOOK, 'Training', "lr_config = dict(policy='poly', power=0.9, min_lr=1e-4, by_epoch=False)",
        'how the rate changes; `warmup`, `warmup_iters`, `warmup_ratio`')]
    momentum_config: Annotated[Any, Key(
        HOOK, 'Training', "momentum_config = dict(policy='OneCycle', ...)",
        'the same for the momentum')]
    evaluation: Annotated[dict, Key(
        SECTION, 'Training', "evaluation = dict(interval=4000, metric='mIoU', save_best='mIoU')",
        'how often `data.val` is evaluated during training, and by what; `loss=True` measures its losses too', {})]
    custom_hooks: Annotated[list, Key(
        HOOKS, 'Training', "custom_hooks = [dict(type='EMAHook', priority='ABOVE_NORMAL')]",
        'further hooks of the runner', [])]
    seed: Annotated[int | None, Key(
        whole(0, 2**32 - 1), 'Training', 'seed = 0',
        'of weights, order and augmentation; drawn and logged by default')]

    work_dir: Annotated[str | None, Key(
        PATH, 'Files and logs', "work_dir = 'work_dirs/mine'",
        'where logs and checkpoints go; `work_dirs/CONFIG` by default')]
    load_from: Annotated[str | None, Key(
        PATH, 'Files and logs', "load_from = 'other.pth'",
        'start from the weights of a checkpoint')]
    resume_from: Annotated[str | None, Key(
        PATH, 'Files and logs', "resume_from = 'work_dirs/mine/latest.pth'",
        'go on from a checkpoint: weights, optimizer, random state, position in the data')]
    log_config: Annotated[ConfigDict | None, Key(
        SECTION, 'Files and logs', "log_config = dict(interval=50, hooks=[dict(type='TextLoggerHook')])",
        'how often to log, and where to')]
    log_level: Annotated[int | str, Key(
        LEVEL, 'Files and logs', "log_level = 'INFO'",
        'the least important lines that are shown', 'INFO')]
    report: Annotated[dict, Key(
        SECTION, 'Files and logs', 'report = dict(pictures=0)',
        'what a run with validation leaves to look at: `report.html`, which each evaluation refreshes (`page=False`: '
        'none) and may take `seconds=20` longer for; curves and pictures at the end. `logged=4` '
        'shows images in TensorBoard and the like', {})]

    device: Annotated[torch.device, Key(
        DEVICE, 'Device', "device = 'cpu'",
        "'cpu', 'cuda' or 'cuda:1'; by default a GPU where there is one. An argument wins over it; on a machine "
        'without a GPU the CPU stands in, with a warning')]
    gpu_ids: Annotated[list[int], Key(
        NUMBERS, 'Device', 'gpu_ids = [0]',
        'the GPU of a single process; `--gpu-id` sets it in the tools', [0])]

    amp: Annotated[dict | None, Key(
        AMP, 'Speed', "amp = dict(dtype='bfloat16')",
        "mixed precision, in training and in `tools/test.py`; 'float16' scales the loss; 'auto' takes bfloat16 on "
        'GPUs from Ampere on, float16 on older ones, and on a CPU bfloat16 where [it was measured](speed.md#auto) to '
        'be faster than float32')]
    fp16: Annotated[dict | None, Key(FP16, 'Speed', 'fp16 = dict(loss_scale=512.0)', 'float16 the 0.x way')]
    feature_cache: Annotated[dict | None, Key(
        FEATURE_CACHE, 'Speed', "feature_cache = dict(dir='work_dirs/features', views=1)",
        'keep the maps of a frozen backbone on disk, so that its heads train in minutes; each image is augmented in '
        '`views` ways only, in turn, and the backbone sees each of them once')]
    channels_last: Annotated[bool | str | None, Key(
        SWITCH_OR_AUTO, 'Speed', 'channels_last = True',
        'channels side by side in memory: faster convolutions in half types, and on many CPUs, equal up to rounding; '
        "'auto': on a GPU with half types, on a CPU where [it was measured](speed.md#auto) to be faster. On a "
        'CPU maps do so unless something is said here, in training only if no module is of your own, and not those of '
        'ERFNet and FastSCNN')]
    compile: Annotated[dict | str | None, Key(
        COMPILE, 'Speed', 'compile = True',
        '`torch.compile` of the backbone and of each head, one graph each; or a dict of its arguments '
        "(`dict(mode='max-autotune')`); 'auto': on GPUs only. The keys of checkpoints stay the same")]
    cudnn_benchmark: Annotated[bool | None, Key(
        SWITCH, 'Speed', 'cudnn_benchmark = True',
        "try cuDNN's convolutions once per shape and take the fastest")]
    tf32: Annotated[bool | None, Key(
        SWITCH, 'Speed', 'tf32 = True',
        'on NVIDIA GPUs from Ampere on, multiply float32 with 10 bits of mantissa; `False` forbids it, `None` '
        "leaves torch's choice")]
    winograd: Annotated[bool | int | str | None, Key(
        WINOGRAD, 'Speed', 'winograd = False',
        'let torch do every convolution; else, in float32 on a CPU, wide 3x3 ones take 3 times fewer '
        'multiplications, equal up to rounding. `4`: when testing, 4 times fewer, with errors of up to about 3e-6 of '
        "the largest value. 'auto': the fastest of the three, [as measured](speed.md#auto)")]
    fuse_conv_bn: Annotated[bool | None, Key(
        SWITCH, 'Speed', 'fuse_conv_bn = True',
        'when testing, make batch norm a part of the convolution before it, in the model itself. By default a CPU does '
        'so on the way, with activations too, and the weights stay as they are; `False` turns that off')]
    recompute_norm: Annotated[bool | str | None, Key(
        RECOMPUTE, 'Speed', 'recompute_norm = False',
        'keep what batch norms, and the ReLUs and shortcuts after them, give until the backward pass; else, on a '
        'CPU, it is computed again there, which saves about a third of the memory: the same results bit for bit. '
        "`True` does so on a GPU too; 'convs' saves more, as convolutions that take few products per value run twice, "
        'unless weights are sharded: on a CPU the default of ResNets without groups. `with_cp=True` of a backbone runs '
        'all of them twice. No effect with `compile`, which decides by itself')]

    find_unused_parameters: Annotated[bool | None, Key(
        SWITCH, 'Many processes', 'find_unused_parameters = True',
        'for models whose loss does not depend on every parameter at every step')]
    static_graph: Annotated[bool | None, Key(
        SWITCH, 'Many processes', 'static_graph = True',
        'the graph never changes: DDP may plan for it (activation checkpointing within shared layers, unused '
        'parameters)')]
    fsdp: Annotated[dict | None, Key(
        FSDP, 'Many processes', 'fsdp = True',
        'share weights, gradients and optimizer states out among the processes (`fully_shard` of torch) instead '
        'of repeating them; or `fsdp = dict(min_params=1_000_000, reshard_after_forward=True)`')]
    dist_params: Annotated[dict, Key(
        SECTION, 'Many processes', "dist_params = dict(backend='nccl', timeout=600)",
        'nccl is gloo on a machine without GPUs; a process that is silent for nine tenths of `timeout` seconds '
        'ends the job, which then names its rank', {})]

    checkpoint_config: Annotated[dict | None, Key(
        SECTION, 'Safety', 'checkpoint_config = dict(by_epoch=False, interval=4000, max_keep_ckpts=3)',
        'how often a checkpoint is written, and how many are kept')]
    auto_resume: Annotated[bool | None, Key(
        SWITCH, 'Safety', 'auto_resume = True',
        'as `--auto-resume`: go on from the newest sound checkpoint, if any')]

    ignored_is_meant: Annotated[bool | None, Key(
        SWITCH, 'Data', 'ignored_is_meant = True',
        'train although the ignored value stands where a class looks to be expected: of two classes one never occurs '
        '(masks of 0 and 255)')]
    opencv_num_threads: Annotated[int | None, Key(
        whole(0, 1024, 'a number of threads'), 'Data', 'opencv_num_threads = 2',
        'threads of OpenCV in each worker; by default none besides its own, as for torch')]
    mp_start_method: Annotated[str | None, Key(
        START_METHOD, 'Data', "mp_start_method = 'spawn'",
        'how workers start, `fork` by default on Linux')]

    @classmethod
    def of(cls, cfg: 'Config | Settings', device: str | torch.device | None = None) -> 'Settings':
        """Check a config against the table.

        Args:
            cfg: the config; settings are given back as they are, unless there is a ``device``.
            device: what the caller wants; see :func:`choose_device`.

        Raises:
            ConfigError: in one line, with the place where it was set: a key that is probably a misspelled one, or a
                value that means nothing.
            ValueError: ``device`` is none.
        """
        if isinstance(cfg, Settings):
            return cfg if device is None else cls.of(cfg.config, device)
        values = read(cfg)
        values['device'] = choose_device(device, values['device'])
        if values['runner'] is None and values['total_iters'] is not None:
            values['runner'] = ConfigDict(type='IterBasedRunner', max_iters=values['total_iters'])
        return cls(cfg, **values)

    def changed(self, **values: object) -> 'Settings':
        """The settings of the same config with other values of some keys, on the same device."""
        cfg = self.config.copy()
        for name, value in values.items():
            if name not in cfg or cfg[name] != value:  # what stays keeps its file and line
                cfg[name] = value
        return Settings.of(cfg, self.device)

    @property
    def name(self) -> str:
        """The name of the config's file without its suffix; 'config' for one that was made by hand."""
        return Path(self.config.filename or 'config').stem


KEYS = keys_of(Settings)


def read(cfg: Config) -> dict[str, Any]:
    """{key: value as the code takes it} of a config that has been checked.

    Raises:
        ConfigError: as :meth:`Settings.of`.
    """
    refuse_names_of_1x(cfg)
    check_known_keys(cfg, {*KEYS, *VARIABLES})
    values = {}
    for name, line in KEYS.items():
        value = cfg.get(name)
        try:
            value = None if value is None else line.kind.read(value)
        except Refused as refused:
            raise _error(cfg, name, refused) from None
        values[name] = copy(line.default) if value is None else value
    return values


def _error(cfg: Config, name: str, refused: Refused) -> ConfigError:
    value = cfg[name]
    if refused.inner:
        name, value = f'{name}.{refused.inner}', value[refused.inner]
    where = cfg.origin(name) or cfg.filename or 'config'
    return ConfigError(f'{where}: {name} is {value!r}: use {refused.wish}')
