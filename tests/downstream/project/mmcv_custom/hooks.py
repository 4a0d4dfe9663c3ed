"""Hooks that do not call the constructor of what they extend."""

from mmcv.runner import HOOKS, Hook, LoggerHook, OptimizerHook
from mmcv.utils import print_log
from mmseg.apis import single_gpu_test
from mmseg.core import EvalHook


@HOOKS.register_module()
class AccumulatingOptimizerHook(OptimizerHook):

    def __init__(self, update_interval=1, grad_clip=None, coalesce=True, bucket_size_mb=-1, use_fp16=False):
        self.grad_clip = grad_clip
        self.coalesce = coalesce
        self.bucket_size_mb = bucket_size_mb
        self.update_interval = update_interval
        self.use_fp16 = use_fp16

    def before_run(self, runner):
        runner.optimizer.zero_grad()

    def after_train_iter(self, runner):
        runner.outputs['loss'] /= self.update_interval
        runner.outputs['loss'].backward()
        if self.every_n_iters(runner, self.update_interval):
            if self.grad_clip is not None:
                grad_norm = self.clip_grads(runner.model.parameters())
                if grad_norm is not None:
                    runner.log_buffer.update({'grad_norm': float(grad_norm)}, runner.outputs['num_samples'])
            runner.optimizer.step()
            runner.optimizer.zero_grad()


@HOOKS.register_module()
class AnnounceHook(Hook):

    def __init__(self, text):
        self.text = text

    def before_run(self, runner):
        runner.meta = {**runner.meta, 'announced': self.text}
        print_log(self.text, logger=runner.logger)


@HOOKS.register_module()
class CountingLoggerHook(LoggerHook):

    def __init__(self, interval=2, by_epoch=False):
        self.interval = interval
        self.by_epoch = by_epoch
        self.lines = 0

    def log(self, runner):
        self.lines += 1
        tags = self.get_loggable_tags(runner)
        runner.logger.info(f'line {self.lines} of {self.get_mode(runner)}: {sorted(tags)}')


class ClearingEvalHook(EvalHook):
    """Of normal priority: the text logger, which comes after it, writes what is left in the buffer."""

    def after_train_iter(self, runner):
        if self.by_epoch or not self.every_n_iters(runner, self.interval):
            return
        runner.log_buffer.clear()
        results = single_gpu_test(runner.model, self.dataloader, show=False)
        self.evaluate(runner, results)
