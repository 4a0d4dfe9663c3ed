# What every run shares. TensorBoard curves: add dict(type='TensorboardLoggerHook', by_epoch=False) to log_config.hooks.
log_config = dict(interval=50, hooks=[dict(type='TextLoggerHook', by_epoch=False)])
dist_params = dict(backend='nccl')
log_level = 'INFO'
load_from = None
resume_from = None
workflow = [('train', 1)]
cudnn_benchmark = True
