"""Keys inside of the sections of a config that the documentation tells about; the parts that take them check them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the documentation: a key as it may stand in a config, what it does, and its table."""

    example: str
    meaning: str
    group: str


WITHIN = (
    Row('optimizer = dict(fused=True)', 'update all weights in one kernel; SGD, Adam, AdamW and Adagrad', 'Speed'),
    Row('model.decode_head.factored = False', 'turn the factored bottleneck of PSPHead off', 'Speed'),
    Row('model.decode_head.fused = False',
        'resize the logits before the loss and the prediction, and pool each level of the pyramid by itself; '
        'also of an auxiliary head. By default compiled operators do without, with the same results up to '
        'rounding, where the loss is cross entropy alone and no sampler or hook stands in between', 'Speed'),
    Row('optimizer_config = dict(cumulative_iters=4)',
        'four iterations per step; the processes exchange their gradients once per step', 'Many processes'),
    Row('checkpoint_config = dict(async_save=True)',
        'copy the state to host memory and write it in a thread, one file at a time; the end of the run waits '
        'for the last one', 'Safety'),
    Row('optimizer_config = dict(max_nonfinite=10)',
        'a step with an infinite or nan loss or gradient is left out on all processes, and its files are named;'
        ' so many in a row end the run', 'Safety'),
    Row('data.train.fuse = False',
        'run every transform on its own. By default the usual run, from loading or `Resize` to '
        '`DefaultFormatBundle`, works in one pass over the pixels of the crop, with the same random numbers; '
        'samples are the same but for a few grey levels where `PhotoMetricDistortion` rounds otherwise. Where '
        'the run begins with `LoadImageFromFile`, a PNG file of 8-bit RGB is decoded no further than to the '
        'lowest row of the crop; damage below is not noticed in that sample. `MultiScaleFlipAug` has a `fuse` '
        'of its own', 'Data'),
    Row("data.train.cache = dict(type='disk')",
        'keep decoded images and labels on disk and map them into memory instead of decoding them in every '
        "epoch; also for `val` and `test`. `dir='/fast/disk'` says where, by default `.decoded` below "
        '`data_root`. Cityscapes takes 25 GB. Several jobs and machines may share a folder. A file of another '
        'size or time of change than it had, and one whose entry is damaged, is decoded anew; one that was '
        'replaced with both kept is not noticed', 'Data'),
    Row('img_norm_cfg = dict(mean=..., std=..., to_rgb=True, on_device=True)',
        '`Normalize` leaves bytes, and the model normalises them on its device: the same numbers, a quarter of '
        'the memory and of the copy. Only `Pad` and what makes tensors may follow `Normalize`', 'Data'),
    Row('data.prefetch_factor = 4',
        "any argument of torch's `DataLoader`. `data.pin_memory` and `data.persistent_workers` are on by "
        'default', 'Data'),
)
