"""What happens around the iterations."""

from .checkpoint import CheckpointHook
from .closure import ClosureHook
from .early_stopping import EarlyStoppingHook
from .ema import EMAHook
from .hook import HOOKS, Hook, Priority, get_priority
from .iter_timer import IterTimerHook
from .logger import (
    ClearMLLoggerHook,
    DvcliveLoggerHook,
    LoggerHook,
    MlflowLoggerHook,
    NeptuneLoggerHook,
    PaviLoggerHook,
    SegmindLoggerHook,
    TensorboardLoggerHook,
    TextLoggerHook,
    TrackioLoggerHook,
    WandbLoggerHook,
)
from .lr_updater import (
    CosineAnnealingLrUpdaterHook,
    CosineRestartLrUpdaterHook,
    CyclicLrUpdaterHook,
    ExpLrUpdaterHook,
    FixedLrUpdaterHook,
    FlatCosineAnnealingLrUpdaterHook,
    InvLrUpdaterHook,
    LinearAnnealingLrUpdaterHook,
    LrUpdaterHook,
    OneCycleLrUpdaterHook,
    PolyLrUpdaterHook,
    StepLrUpdaterHook,
)
from .memory import EmptyCacheHook
from .momentum_updater import (
    CosineAnnealingMomentumUpdaterHook,
    CyclicMomentumUpdaterHook,
    LinearAnnealingMomentumUpdaterHook,
    MomentumUpdaterHook,
    OneCycleMomentumUpdaterHook,
    StepMomentumUpdaterHook,
)
from .optimizer import (
    AmpOptimizerHook,
    Fp16OptimizerHook,
    GradientCumulativeFp16OptimizerHook,
    GradientCumulativeOptimizerHook,
    OptimizerHook,
)
from .profiler import ProfilerHook
from .progress_bar import ProgressBarHook
from .sampler_seed import DistSamplerSeedHook
from .signals import SignalHook
from .sync_buffer import SyncBuffersHook

__all__ = [
    'HOOKS', 'AmpOptimizerHook', 'CheckpointHook', 'ClearMLLoggerHook', 'ClosureHook',
    'CosineAnnealingLrUpdaterHook', 'CosineAnnealingMomentumUpdaterHook', 'CosineRestartLrUpdaterHook',
    'CyclicLrUpdaterHook', 'CyclicMomentumUpdaterHook', 'DistSamplerSeedHook', 'DvcliveLoggerHook', 'EMAHook',
    'EarlyStoppingHook', 'EmptyCacheHook', 'ExpLrUpdaterHook', 'FixedLrUpdaterHook',
    'FlatCosineAnnealingLrUpdaterHook', 'Fp16OptimizerHook', 'GradientCumulativeFp16OptimizerHook',
    'GradientCumulativeOptimizerHook', 'Hook', 'InvLrUpdaterHook', 'IterTimerHook', 'LinearAnnealingLrUpdaterHook',
    'LinearAnnealingMomentumUpdaterHook', 'LoggerHook', 'LrUpdaterHook', 'MlflowLoggerHook', 'MomentumUpdaterHook',
    'NeptuneLoggerHook', 'OneCycleLrUpdaterHook', 'OneCycleMomentumUpdaterHook', 'OptimizerHook', 'PaviLoggerHook',
    'PolyLrUpdaterHook', 'Priority', 'ProfilerHook', 'ProgressBarHook', 'SegmindLoggerHook', 'SignalHook',
    'StepLrUpdaterHook', 'StepMomentumUpdaterHook', 'SyncBuffersHook', 'TensorboardLoggerHook', 'TextLoggerHook',
    'TrackioLoggerHook', 'WandbLoggerHook', 'get_priority',
]
