"""Training: runners, their hooks, optimizers; with the 0.x names of what lies in lower modules."""

from mmcv.amp import auto_fp16, force_fp32, wrap_fp16_model
from mmcv.checkpoint import (
    CheckpointError,
    find_latest_checkpoint,
    get_state_dict,
    load_checkpoint,
    load_state_dict,
    save_checkpoint,
    weights_to_cpu,
)
from mmcv.dist import allreduce_grads, allreduce_params, get_dist_info, init_dist, master_only
from mmcv.utils.lazy import lazy_names

from .base_runner import BaseRunner
from .builder import (
    RUNNER_BUILDERS,
    RUNNERS,
    DefaultRunnerConstructor,
    build_runner,
    build_runner_constructor,
    obj_from_dict,
)
from .epoch_based_runner import EpochBasedRunner
from .hooks import (
    HOOKS,
    AmpOptimizerHook,
    CheckpointHook,
    ClearMLLoggerHook,
    ClosureHook,
    CosineAnnealingLrUpdaterHook,
    CosineAnnealingMomentumUpdaterHook,
    CosineRestartLrUpdaterHook,
    CyclicLrUpdaterHook,
    CyclicMomentumUpdaterHook,
    DistSamplerSeedHook,
    DvcliveLoggerHook,
    EarlyStoppingHook,
    EMAHook,
    EmptyCacheHook,
    ExpLrUpdaterHook,
    FixedLrUpdaterHook,
    FlatCosineAnnealingLrUpdaterHook,
    Fp16OptimizerHook,
    GradientCumulativeFp16OptimizerHook,
    GradientCumulativeOptimizerHook,
    Hook,
    InvLrUpdaterHook,
    IterTimerHook,
    LinearAnnealingLrUpdaterHook,
    LinearAnnealingMomentumUpdaterHook,
    LoggerHook,
    LrUpdaterHook,
    MlflowLoggerHook,
    MomentumUpdaterHook,
    NeptuneLoggerHook,
    OneCycleLrUpdaterHook,
    OneCycleMomentumUpdaterHook,
    OptimizerHook,
    PaviLoggerHook,
    PolyLrUpdaterHook,
    Priority,
    ProfilerHook,
    ProgressBarHook,
    SegmindLoggerHook,
    SignalHook,
    StepLrUpdaterHook,
    StepMomentumUpdaterHook,
    SyncBuffersHook,
    TensorboardLoggerHook,
    TextLoggerHook,
    TrackioLoggerHook,
    WandbLoggerHook,
    get_priority,
)
from .iter_based_runner import IterBasedRunner
from .layer_decay import LayerDecayOptimizerConstructor, LearningRateDecayOptimizerConstructor
from .log_buffer import LogBuffer
from .optimizer import (
    OPTIMIZER_BUILDERS,
    OPTIMIZERS,
    DefaultOptimizerConstructor,
    build_optimizer,
    build_optimizer_constructor,
)

__getattr__, __dir__, _lazy = lazy_names(__name__, {'mmcv.cnn': 'BaseModule ModuleDict ModuleList Sequential'})
__all__ = [
    'HOOKS', 'OPTIMIZERS', 'OPTIMIZER_BUILDERS', 'RUNNERS', 'RUNNER_BUILDERS', 'AmpOptimizerHook', 'BaseRunner',
    'CheckpointError', 'CheckpointHook', 'ClearMLLoggerHook', 'ClosureHook', 'CosineAnnealingLrUpdaterHook',
    'CosineAnnealingMomentumUpdaterHook', 'CosineRestartLrUpdaterHook', 'CyclicLrUpdaterHook',
    'CyclicMomentumUpdaterHook', 'DefaultOptimizerConstructor', 'DefaultRunnerConstructor', 'DistSamplerSeedHook',
    'DvcliveLoggerHook', 'EMAHook', 'EarlyStoppingHook', 'EmptyCacheHook', 'EpochBasedRunner', 'ExpLrUpdaterHook',
    'FixedLrUpdaterHook', 'FlatCosineAnnealingLrUpdaterHook', 'Fp16OptimizerHook',
    'GradientCumulativeFp16OptimizerHook', 'GradientCumulativeOptimizerHook', 'Hook', 'InvLrUpdaterHook',
    'IterBasedRunner', 'IterTimerHook', 'LayerDecayOptimizerConstructor', 'LearningRateDecayOptimizerConstructor',
    'LinearAnnealingLrUpdaterHook', 'LinearAnnealingMomentumUpdaterHook', 'LogBuffer', 'LoggerHook',
    'LrUpdaterHook', 'MlflowLoggerHook', 'MomentumUpdaterHook', 'NeptuneLoggerHook', 'OneCycleLrUpdaterHook',
    'OneCycleMomentumUpdaterHook', 'OptimizerHook', 'PaviLoggerHook', 'PolyLrUpdaterHook', 'Priority',
    'ProfilerHook', 'ProgressBarHook', 'SegmindLoggerHook', 'SignalHook', 'StepLrUpdaterHook',
    'StepMomentumUpdaterHook', 'SyncBuffersHook', 'TensorboardLoggerHook', 'TextLoggerHook', 'TrackioLoggerHook',
    'WandbLoggerHook', 'allreduce_grads', 'allreduce_params', 'auto_fp16', 'build_optimizer',
    'build_optimizer_constructor', 'build_runner', 'build_runner_constructor', 'find_latest_checkpoint',
    'force_fp32', 'get_dist_info', 'get_priority', 'get_state_dict', 'init_dist', 'load_checkpoint',
    'load_state_dict', 'master_only', 'obj_from_dict', 'save_checkpoint', 'weights_to_cpu', 'wrap_fp16_model',
]
