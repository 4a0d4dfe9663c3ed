log_config = dict(
    interval=2,
    hooks=[
        dict(type='LayerRatesLoggerHook', by_epoch=False),
        dict(type='CountingLoggerHook'),
    ])
dist_params = dict(backend='nccl')
log_level = 'INFO'
load_from = None
resume_from = None
workflow = [('train', 1)]
cudnn_benchmark = True
