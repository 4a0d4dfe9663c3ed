"""A text logger over the inner methods of mmcv's."""

import datetime
from collections import OrderedDict

import torch

from mmcv.runner import HOOKS, TextLoggerHook


@HOOKS.register_module()
class LayerRatesLoggerHook(TextLoggerHook):

    def _log_info(self, log_dict, runner):
        if log_dict['mode'] != 'train':
            super()._log_info(dict(log_dict, lr=log_dict['lr']), runner)
            return
        text = f'Iter [{log_dict["iter"]}/{runner.max_iters}]\t'
        text += f'lr: {log_dict["lr"]:.3e}, layer_0_lr: {log_dict["layer_0_lr"]:.3e}, '
        if 'time' in log_dict:
            self.time_sec_tot += log_dict['time'] * self.interval
            average = self.time_sec_tot / (runner.iter - self.start_iter + 1)
            eta = datetime.timedelta(seconds=int(average * (runner.max_iters - runner.iter - 1)))
            text += f'eta: {eta}, time: {log_dict["time"]:.3f}, data_time: {log_dict["data_time"]:.3f}, '
        text += ', '.join(f'{name}: {value:.4f}' for name, value in log_dict.items()
                          if name not in ('mode', 'iter', 'epoch', 'lr', 'layer_0_lr', 'time', 'data_time', 'memory'))
        runner.logger.info(text)

    def _dump_log(self, log_dict, runner):
        log_dict = dict(log_dict)
        if log_dict.get('mode') == 'train':
            log_dict['of_the_project'] = True
        super()._dump_log(log_dict, runner)

    def log(self, runner):
        if 'eval_iter_num' in runner.log_buffer.output:
            cur_iter = runner.log_buffer.output.pop('eval_iter_num')
        else:
            cur_iter = self.get_iter(runner, inner_iter=True)
        log_dict = OrderedDict(mode=self.get_mode(runner), epoch=self.get_epoch(runner), iter=cur_iter)
        cur_lr = runner.current_lr()
        assert isinstance(cur_lr, list)
        log_dict['layer_0_lr'] = min(cur_lr)
        log_dict['lr'] = max(cur_lr)
        if 'time' in runner.log_buffer.output and torch.cuda.is_available():
            log_dict['memory'] = self._get_max_memory(runner)
        log_dict = dict(log_dict, **runner.log_buffer.output)
        self._log_info(log_dict, runner)
        self._dump_log(log_dict, runner)
        return log_dict
