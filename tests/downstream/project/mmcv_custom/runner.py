"""A runner that writes its files itself."""

import os.path as osp
import platform
import shutil

import mmcv
from mmcv.runner import RUNNERS, IterBasedRunner

from .checkpoint import save_checkpoint


@RUNNERS.register_module()
class OwnFilesRunner(IterBasedRunner):

    def save_checkpoint(self, out_dir, filename_tmpl='iter_{}.pth', meta=None, save_optimizer=True,
                        create_symlink=False):
        if meta is None:
            meta = dict(iter=self.iter + 1, epoch=self.epoch + 1)
        elif isinstance(meta, dict):
            meta.update(iter=self.iter + 1, epoch=self.epoch + 1)
        if self.meta is not None:
            meta.update(self.meta)
        filename = filename_tmpl.format(self.iter + 1)
        filepath = osp.join(out_dir, filename)
        optimizer = self.optimizer if save_optimizer else None
        save_checkpoint(self.model, filepath, optimizer=optimizer, meta=meta)
        if create_symlink:
            dst_file = osp.join(out_dir, 'newest.pth')
            if platform.system() != 'Windows':
                mmcv.symlink(filename, dst_file)
            else:
                shutil.copy(filepath, dst_file)

    def resume(self, checkpoint, resume_optimizer=True, map_location='default'):
        checkpoint = self.load_checkpoint(
            checkpoint, map_location='cpu' if map_location == 'default' else map_location)
        self._epoch = checkpoint['meta']['epoch']
        self._iter = checkpoint['meta']['iter']
        self._inner_iter = checkpoint['meta']['iter']
        if 'optimizer' in checkpoint and resume_optimizer:
            self.optimizer.load_state_dict(checkpoint['optimizer'])
        self.logger.info(f'resumed from epoch: {self.epoch}, iter {self.iter}')
