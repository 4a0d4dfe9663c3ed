"""Wrong configs with one mistake each: found before the first iteration, in one line with key, place and mend."""

import re

import pytest

#: The lines that are added to the config, the key that is to be named, and a word of the mend. The key's file is the
#: config's own unless its line says otherwise.
MISTAKES = [
    # Class counts and weights of the losses.
    ("model['decode_head']['loss_decode'] = dict(class_weight=[1.0, 2.0])",
     'model.decode_head.loss_decode.class_weight', 'give 3'),
    ("model['auxiliary_head']['loss_decode'] = dict(class_weight=[1.0] * 4)",
     'model.auxiliary_head.loss_decode.class_weight', 'give 3'),
    ("model['decode_head']['loss_decode'] = [dict(type='CrossEntropyLoss'), dict(type='DiceLoss', class_weight=[1.0])]",
     'model.decode_head.loss_decode[1].class_weight', 'give 3'),
    ("model['decode_head']['loss_decode'] = dict(_delete_=True, type='FocalLoss', alpha=[0.5, 0.5])",
     'model.decode_head.loss_decode.alpha', 'give 3'),
    ("model['decode_head']['loss_decode'] = dict(class_weight='no_such.npy')",
     'model.decode_head.loss_decode.class_weight', 'No such file'),
    ("model['decode_head']['loss_decode'] = dict(class_weight=['1', '2', '3'])",
     'model.decode_head.loss_decode.class_weight', 'one number per class'),
    ("model['decode_head']['num_classes'] = 19", 'model.decode_head.num_classes', 'set it to 3'),
    ("model['auxiliary_head']['num_classes'] = 2", 'model.auxiliary_head.num_classes', 'set it to 3'),
    # Losses that do not fit the head.
    ("model['decode_head']['loss_decode'] = dict(_delete_=True, type='LovaszLoss', loss_type='binary', per_image=True)",
     'model.decode_head.loss_decode.loss_type', 'multi_class'),
    ("model['decode_head']['loss_decode'] = dict(_delete_=True, type='LovaszLoss', classes=[0, 3], reduction='none')",
     'model.decode_head.loss_decode.classes', '0 to 2'),
    ("model['decode_head']['loss_decode'] = dict(_delete_=True, type='LovaszLoss', classes='some', reduction='none')",
     'model.decode_head.loss_decode.classes', "'present'"),
    ("model['decode_head']['loss_decode'] = dict(_delete_=True, type='LovaszLoss', reduction='mean')",
     'model.decode_head.loss_decode.reduction', "reduction='none'"),
    ("model['decode_head']['loss_decode'] = dict(reduction='avg')", 'model.decode_head.loss_decode.reduction',
     "'mean'"),
    ("model['decode_head']['loss_decode'] = dict(use_mask=True)", 'model.decode_head.loss_decode.use_mask',
     'leave it'),
    ("model['decode_head']['sampler'] = dict(type='OHEMPixelSampler', thresh=70)", 'model.decode_head.sampler.thresh',
     'probability'),
    # Parts that do not fit together.
    ("model['decode_head']['in_channels'] = 2048", 'model.decode_head.in_channels', 'set it to 64'),
    ("model['auxiliary_head']['in_channels'] = 64", 'model.auxiliary_head.in_channels', 'set it to 32'),
    ("model['decode_head']['in_index'] = 4", 'model.decode_head.in_index', '-4 to 3'),
    ("model['backbone']['in_channels'] = 1", 'model.backbone.in_channels', 'set it to 3'),
    ("model['backbone']['in_channels'] = 4", 'model.backbone.in_channels', 'set it to 3'),
    ("model['neck'] = dict(type='FPN', in_channels=[8, 16, 32, 32], out_channels=8, num_outs=4)",
     'model.neck.in_channels', 'channels of the maps'),
    ("img_norm_cfg['mean'] = img_norm_cfg['std'] = [1.0, 1.0]\ntrain_pipeline[6].update(img_norm_cfg)",
     'data.train.pipeline[6].mean', 'give 3'),
    # Windows.
    ("model['test_cfg'] = dict(mode='slide', crop_size=(32, 32), stride=(48, 48))", 'model.test_cfg.stride',
     'two thirds of crop_size'),
    ("model['test_cfg'] = dict(mode='slide', crop_size=32, stride=(16, 16))", 'model.test_cfg.crop_size',
     '(height, width)'),
    ("model['test_cfg'] = dict(mode='slide', crop_size=(32, 32), stride=(0, 16))", 'model.test_cfg.stride',
     '(height, width)'),
    ("model['test_cfg'] = dict(mode='slides')", 'model.test_cfg.mode', "'slide'"),
    # Evaluation.
    ("evaluation['metric'] = 'miou'", 'evaluation.metric', 'mIoU'),
    ("evaluation['save_best'] = 'mDice'", 'evaluation.save_best', 'evaluation.metric'),
    ("evaluation['save_best'] = 'IoU.darc'", 'evaluation.save_best', 'IoU.dark'),
    ("evaluation['save_best'] = 'mIoU'\ndata['val'] = [dict(data['val']), dict(data['val'])]", 'evaluation.save_best',
     '0_mIoU'),
    ("evaluation['save_best'] = 'beauty'", 'evaluation.save_best', "rule='greater'"),
    ("evaluation['interval'] = '3'", 'evaluation.interval', 'use a number'),
    ("data['val'] = dict(_delete_=True, type='MultiImageMixDataset', dataset=dict(data['train']), pipeline=[])",
     'data.val', 'evaluate the data set inside'),
    # Values and names.
    ("optimizer['lr'] = '0.01'", 'optimizer.lr', 'use a number'),
    ("lr_config = dict(power='0.9')", 'lr_config.power', 'use a number'),
    ("optimizer['paramwise_cfg'] = dict(custom_keys=dict(head=10))", 'optimizer.paramwise_cfg.custom_keys.head',
     'lr_mult'),
    ("model['decode_head']['type'] = 'MyOwn'", 'model.decode_head.type', '@HEADS.register_module()'),
    ('train_dataloader = dict(batch_size=2)', 'train_dataloader', 'samples_per_gpu'),
    ("data['train']['metainfo'] = dict(classes=['a'])", 'data.train.metainfo', 'classes='),
    ("data['train']['data_prefix'] = dict(img_path='img')", 'data.train.data_prefix', 'img_dir='),
    ("model['data_preprocessor'] = dict(mean=[0])", 'model.data_preprocessor', 'Normalize'),
    ("data['train'].update(classes=['all'], palette=[[0, 0, 0]])\nmodel['decode_head']['num_classes'] = 1\n"
     "model['auxiliary_head']['num_classes'] = 1", 'data.train.classes', 'name two'),
    # Pipelines, hooks and lengths.
    ('train_pipeline.pop(9)', 'data.train.pipeline', "type='Collect'"),
    ('train_pipeline.pop(8)', 'data.train.pipeline', "type='DefaultFormatBundle'"),
    ("test_pipeline[1]['transforms'].pop(4)", 'data.val.pipeline', "type='Collect'"),
    ("train_pipeline[3]['cat_max_ratio'] = 75", 'data.train.pipeline[3].cat_max_ratio', 'up to 1'),
    ("custom_hooks = ['EMAHook']", 'custom_hooks', 'dict(type=...)'),
    ("workflow = [('trian', 1)]", 'workflow', "[('train', 1)]"),
    ('optimizer_config = dict(cumulative_iters=0)', 'optimizer_config.cumulative_iters', '1 or more'),
    ('checkpoint_config = dict(interval=0)', 'checkpoint_config.interval', '-1'),
    ("checkpoint_config = dict(max_keep_ckpts='3')", 'checkpoint_config.max_keep_ckpts', 'use a number'),
    ("evaluation['metric'] = 5", 'evaluation.metric', 'mIoU'),
    ("evaluation['save_best'] = True", 'evaluation.save_best', "'auto'"),
    ('runner = dict(max_iters=0)', 'runner.max_iters', 'from 1 on'),
    ('runner = dict(max_iters=None)', 'runner.max_iters', 'max_iters=40000'),
    ("workflow = [('train', 0)]", 'workflow', "[('train', 1)]"),  # which would go on for ever
    ('workflow = []', 'workflow', "[('train', 1)]"),
    ('evaluation = dict(interval=-1)', 'evaluation.interval', '1 or more'),
    ('model = None', '`model = dict(...)` is missing', 'configs/_base_/models'),
    # Arguments of another kind than a signature says, or out of range.
    ("optimizer['lr'] = None", 'optimizer.lr', 'use a number'),
    ("optimizer['lr'] = -0.1", 'optimizer.lr', 'Invalid learning rate'),
    ("optimizer['weight_decay'] = [1]", 'optimizer.weight_decay', 'use a number'),
    ("optimizer = dict(_delete_=True, type='AdamW', lr=0.01, betas=0.9)", 'optimizer.betas', 'use a list'),
    ('optimizer_config = dict(grad_clip=dict(maxnorm=1))', 'optimizer_config.grad_clip', 'max_norm'),
    ('optimizer_config = dict(grad_clip=dict(max_norm=1, norm=2))', 'optimizer_config.grad_clip.norm', 'norm_type'),
    ('optimizer_config = dict(grad_clip=5)', 'optimizer_config.grad_clip', 'dict(max_norm='),
    ("lr_config = dict(_delete_=True, policy='step')", 'lr_config', 'needs step'),
    ("lr_config = dict(warmup='linear', warmup_iters=0)", 'lr_config.warmup', 'warmup_iters > 0'),
    ("model['decode_head']['channels'] = 0", 'model.decode_head.channels', 'from 1 on'),
    ("model['auxiliary_head']['channels'] = -8", 'model.auxiliary_head.channels', 'from 1 on'),
    ("model['decode_head']['dropout_ratio'] = 2", 'model.decode_head.dropout_ratio', 'between 0 and 1'),
    ("model['decode_head']['loss_decode'] = dict(loss_weight=[1, 2])", 'model.decode_head.loss_decode.loss_weight',
     'use a number'),
    ("model['backbone']['base_channels'] = 0", 'model.backbone.base_channels', 'from 1 on'),
    ("model['backbone']['stem_channels'] = -1", 'model.backbone.stem_channels', 'from 1 on'),
    ("model['backbone']['dilations'] = 1", 'model.backbone.dilations', 'use a list'),
    ("model['backbone']['frozen_stages'] = 9", 'model.backbone.frozen_stages', 'there are 4 stages'),
    ("model['backbone']['style'] = 'tensorflow'", 'model.backbone.style', "'caffe'"),
    ("data['train']['ann_dir'] = 5", 'data.train.ann_dir', 'a text'),
    ("train_pipeline[2]['img_scale'] = (0, 48)", 'data.train.pipeline[2].img_scale', 'above 0'),
    ("train_pipeline[7]['size'] = (-1, 5)", 'data.train.pipeline[7].size', '(h, w) in pixels'),
    ('train_pipeline.pop(1)', 'data.train.pipeline', "type='LoadAnnotations'"),
    ('train_pipeline.pop(0)', 'data.train.pipeline', "type='LoadImageFromFile'"),
    # Files of weights, and mixed precision.
    ("load_from = 'nothing.pth'", 'load_from', 'there is no such checkpoint'),
    ("resume_from = 'nothing.pth'", 'resume_from', 'there is no such checkpoint'),
    ("model['pretrained'] = 'nothing.pth'", 'model.pretrained', 'there is no such checkpoint'),
    ("model['backbone']['init_cfg'] = dict(type='Pretrained', checkpoint='no.pth')",
     'model.backbone.init_cfg.checkpoint', 'there is no such checkpoint'),
    ("fp16 = dict(loss_scale='nonsense')", 'fp16.loss_scale', "'dynamic'"),
    ('fp16 = dict(loss_scale=-1.0)', 'fp16.loss_scale', 'a positive number'),
    ('fp16 = dict(loss_scal=512.0)', 'fp16.loss_scal', 'loss_scale'),
    ("test_cfg = dict(mode='whole')", 'test_cfg', 'keep the inner one'),
]


@pytest.mark.parametrize(('lines', 'key', 'mend'), MISTAKES)
def test_one_line_before_the_first_iteration(write_config, call_tool, tmp_path, lines, key, mend):
    done = call_tool('train', write_config(tmp_path, f'\n{lines}\n'), cwd=tmp_path)
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert done.returncode == 2, done.stderr
    assert len(errors) == 1, done.stderr
    assert re.match(rf'error: \S*small\.py(:\d+)?: {re.escape(key)}[: ]', errors[0]), errors[0]
    assert mend in errors[0]
    assert 'Traceback' not in done.stderr
    assert 'Iter [' not in done.stdout + done.stderr


def test_all_mistakes_at_once_have_a_line_each(write_config, call_tool, tmp_path):
    lines = '\n'.join(MISTAKES[i][0] for i in (0, 1, 15, 18))
    done = call_tool('train', write_config(tmp_path, f'\n{lines}\n'), cwd=tmp_path)
    assert done.returncode == 2
    named = re.findall(r'^error: small.py:\d+: ([\w.]+) ', done.stderr, re.MULTILINE)
    assert sorted(named) == ['model.auxiliary_head.loss_decode.class_weight', 'model.backbone.in_channels',
                             'model.decode_head.loss_decode.class_weight']


def test_a_pad_that_fills_the_picture_again_is_a_warning_with_the_share(write_config, call_tool, tmp_path):
    lines = "\ntrain_pipeline[7]['size'] = (128, 128)\nrunner = dict(max_iters=1)\n"
    done = call_tool('train', write_config(tmp_path, lines), '--no-validate', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = re.search(r'small\.py:\d+: data\.train\.pipeline\[7\]\.size is \(128, 128\), .*32x48.* 91% of every',
                     done.stdout + done.stderr)
    assert said


def test_keys_that_a_base_set_for_another_type(write_config, call_tool, tmp_path):
    lines = "\nmodel['decode_head']['loss_decode'] = dict(type='DiceLoss')\n"
    done = call_tool('train', write_config(tmp_path, lines), cwd=tmp_path)
    assert done.returncode == 2
    error, = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert re.search(r'configs/_base_/models/\w+[\w-]*\.py:\d+: model\.decode_head\.loss_decode\.use_sigmoid: ', error)
    assert "_delete_=True beside type='DiceLoss' (small.py:" in error


def test_dicts_on_the_command_line(write_config, call_tool, tmp_path):
    config = write_config(tmp_path, '\nrunner = dict(max_iters=1)\n')
    done = call_tool('train', config, '--no-validate', '--cfg-options', "optimizer_config={'grad_clip':{'max_norm':1}}",
                     "custom_hooks=[dict(type='EMAHook')]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
