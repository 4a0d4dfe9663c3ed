"""The hooks of a runner: registered by the sections of a config, called in the order of their priorities."""

import copy
from bisect import insort
from typing import Any

from mmcv.utils import ConfigError, build_from_cfg, did_you_mean
from mmcv.utils.origins import locate

from .hooks import HOOKS, Hook, Priority, ProgressBarHook, SignalHook, get_priority

#: A hook, its section of a config, or nothing.
HookConfig = Hook | dict | None
DEFAULT_TIMER = {'type': 'IterTimerHook'}


class HookHost:
    """Something that calls hooks and hands itself to them."""

    def __init__(self) -> None:
        self._hooks: list[Hook] = []

    @property
    def hooks(self) -> list[Hook]:
        """In the order in which they are called."""
        return self._hooks

    def register_hook(self, hook: Hook, priority: int | str | Priority = 'NORMAL') -> None:
        """Add a hook; it runs after those of the same or a higher priority (see :class:`Priority`).

        Raises:
            ValueError: it is registered already, or the priority is unknown.
        """
        if hook in self._hooks:
            raise ValueError(f'{type(hook).__name__} is registered already: make a second one')
        hook.priority = get_priority(priority)
        insort(self._hooks, hook, key=lambda other: other.priority)

    def register_hook_from_cfg(self, hook_cfg: dict) -> None:
        """Build a hook of ``dict(type=..., priority='NORMAL', ...)`` and add it."""
        hook_cfg = copy.copy(hook_cfg)
        priority = hook_cfg.pop('priority', 'NORMAL')
        self.register_hook(build_from_cfg(hook_cfg, HOOKS), priority)

    def call_hook(self, stage: str, *args: Any) -> None:
        """Call all hooks at a stage, in their order."""
        for hook in self._hooks:
            getattr(hook, stage)(self, *args)

    def get_hook_info(self) -> str:
        """Which hooks run at which stage, in their order, for the log."""
        lines = []
        for stage in Hook.stages:
            active = [hook for hook in self._hooks if stage in hook.get_triggered_stages()]
            if active:
                lines.append(f'{stage}: ' + ', '.join(
                    f'{type(hook).__name__} ({_priority_name(hook.priority)})' for hook in active))
        return '\n'.join(lines)

    def _register(self, hook: HookConfig, default_type: str | None, priority: str) -> None:
        if isinstance(hook, dict):
            hook = copy.copy(hook)
            hook.pop('policy', None)
            hook = build_from_cfg(hook, HOOKS, {'type': default_type})
        if hook is not None:
            self.register_hook(hook, priority)

    def register_lr_hook(self, lr_config: HookConfig) -> None:
        """Add the hook of ``lr_config``: ``dict(policy='poly', ...)``."""
        self._register(lr_config, _named_by_policy(lr_config, 'LrUpdaterHook'), 'VERY_HIGH')

    def register_momentum_hook(self, momentum_config: HookConfig) -> None:
        """Add the hook of ``momentum_config``: ``dict(policy='cyclic', ...)``."""
        self._register(momentum_config, _named_by_policy(momentum_config, 'MomentumUpdaterHook'), 'HIGH')

    def register_optimizer_hook(self, optimizer_config: HookConfig) -> None:
        """Add the hook of ``optimizer_config``; :class:`OptimizerHook` unless it names another ``type``."""
        self._register(optimizer_config, 'OptimizerHook', 'ABOVE_NORMAL')

    def register_checkpoint_hook(self, checkpoint_config: HookConfig) -> None:
        """Add the hook of ``checkpoint_config``; :class:`CheckpointHook` unless it names another ``type``."""
        self._register(checkpoint_config, 'CheckpointHook', 'NORMAL')

    def register_timer_hook(self, timer_config: HookConfig) -> None:
        """Add the hook that measures time; :class:`IterTimerHook` unless ``timer_config`` names another ``type``."""
        self._register(timer_config, 'IterTimerHook', 'LOW')

    def register_profiler_hook(self, profiler_config: HookConfig) -> None:
        """Add the hook of ``profiler_config``; :class:`ProfilerHook` unless it names another ``type``."""
        self._register(profiler_config, 'ProfilerHook', 'NORMAL')

    def register_logger_hooks(self, log_config: dict | None) -> None:
        """Add the hooks of ``log_config``: ``dict(interval=50, hooks=[dict(type='TextLoggerHook'), ...])``."""
        for info in (log_config or {}).get('hooks', []):
            default = {'interval': log_config['interval']} if 'interval' in log_config else None
            self.register_hook(build_from_cfg(info, HOOKS, default), 'VERY_LOW')

    def register_custom_hooks(self, custom_config: HookConfig | list) -> None:
        """Add hooks, or dicts of such with an optional ``priority``."""
        for hook in custom_config if isinstance(custom_config, list) else [custom_config]:
            if isinstance(hook, dict):
                self.register_hook_from_cfg(hook)
            elif hook is not None:
                self.register_hook(hook)

    def register_training_hooks(
        self,
        lr_config: HookConfig,
        optimizer_config: HookConfig = None,
        checkpoint_config: HookConfig = None,
        log_config: dict | None = None,
        momentum_config: HookConfig = None,
        timer_config: HookConfig = DEFAULT_TIMER,
        custom_hooks_config: HookConfig | list = None,
    ) -> None:
        """Add the hooks of a config's sections; the order of their work is that of :class:`Priority`.

        A :class:`SignalHook` and a :class:`ProgressBarHook` come with them.
        """
        self.register_lr_hook(lr_config)
        self.register_momentum_hook(momentum_config)
        self.register_optimizer_hook(optimizer_config)
        self.register_checkpoint_hook(checkpoint_config)
        self.register_timer_hook(timer_config)
        self.register_logger_hooks(log_config)
        self.register_custom_hooks(custom_hooks_config)
        self.register_hook(SignalHook(), 'BELOW_NORMAL')
        self.register_hook(ProgressBarHook(), 'LOWEST')


def _priority_name(priority: int) -> str:
    """The name of a rank, or the number where it has none."""
    return Priority(priority).name if priority in list(Priority) else str(priority)


def _named_by_policy(config: HookConfig, suffix: str) -> str | None:
    """The class that ``dict(policy='poly', ...)`` means: 'PolyLrUpdaterHook'; None where no policy is needed.

    Raises:
        ConfigError: there is no such policy, or none is named.
    """
    if not isinstance(config, dict) or 'type' in config:
        return None
    policies = {_policy_name(name.removesuffix(suffix)): name for name in HOOKS if name.endswith(suffix)}
    if 'policy' not in config:
        raise ConfigError(f'{locate(config) or suffix}: `policy` is missing: use one of {", ".join(policies)}')
    policy = config['policy']
    if _policy_name(policy) not in policies:
        raise ConfigError(f'{locate(config, "policy")}: there is no policy {policy!r}{did_you_mean(policy, policies)}; '
                          f'use one of {", ".join(policies)}')
    return policies[_policy_name(policy)]


def _policy_name(name: str) -> str:
    """'Poly' and 'poly' are one; 'CosineAnnealing' is written only so."""
    return name.lower() if name in (name.lower(), name.title()) else name
