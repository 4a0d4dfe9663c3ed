"""The table of old addresses.

``MODULES``: a module of old and the one of today that it is. ``NAMES``: for a module, old or still there, the names
that it had, by the module that has them today; ``old=new`` where the name has changed.
"""

MODULES = {
    'mmcv.cnn.bricks.hsigmoid': 'mmcv.cnn.bricks.activation',
    'mmcv.cnn.bricks.hswish': 'mmcv.cnn.bricks.activation',
    'mmcv.cnn.bricks.swish': 'mmcv.cnn.bricks.activation',
    'mmcv.cnn.utils.fuse_conv_bn': 'mmcv.cnn.fold_norms',
    'mmcv.engine.test': 'mmcv.engine.inference',
    'mmcv.image.misc': 'mmcv.image.tensors',
    'mmcv.utils.config': 'mmcv.config.config',
    'mmseg.apis.test': 'mmcv.engine.inference',
    'mmseg.core.evaluation.class_names': 'mmseg.datasets.class_names',
    'mmseg.core.evaluation.eval_hooks': 'mmseg.evaluation.eval_hooks',
    'mmseg.core.seg.sampler.ohem_pixel_sampler': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.models.losses.utils': 'mmseg.models.losses.weighting',
    'mmseg.models.utils.embed': 'mmseg.models.layers.embed',
    'mmseg.models.utils.inverted_residual': 'mmseg.models.layers.inverted_residual',
    'mmseg.models.utils.make_divisible': 'mmseg.models.layers.make_divisible',
    'mmseg.models.utils.res_layer': 'mmseg.models.layers.res_layer',
    'mmseg.models.utils.se_layer': 'mmseg.models.layers.se_layer',
    'mmseg.models.utils.self_attention_block': 'mmseg.models.layers.self_attention_block',
    'mmseg.models.utils.shape_convert': 'mmseg.models.layers.shape_convert',
    'mmseg.models.utils.up_conv_block': 'mmseg.models.layers.up_conv_block',
    'mmseg.ops.encoding': 'mmseg.models.layers.encoding',
    'mmseg.ops.wrappers': 'mmseg.models.layers.resize',
    'mmseg.utils.collect_env': 'mmseg.env',
    'mmseg.utils.logger': 'mmseg.logger',
}

_METRICS = {
    'mmseg.evaluation.areas': 'intersect_and_union total_intersect_and_union',
    'mmseg.evaluation.metrics':
        'eval_metrics f_score mean_dice mean_fscore mean_iou pre_eval_to_metrics total_area_to_metrics',
}
_EVALUATION = {
    'mmseg.datasets.class_names': 'get_classes get_palette',
    'mmseg.evaluation.bootstrap': 'bootstrap_interval',
    'mmseg.evaluation.boundary': 'boundary_areas',
    'mmseg.evaluation.counting': 'ConfusionMatrix',
    'mmseg.evaluation.eval_hooks': 'DistEvalHook EvalHook',
    **_METRICS,
}
_SAMPLERS = {
    'mmseg.models.decode_heads.pixel_samplers':
        'PIXEL_SAMPLERS BasePixelSampler OHEMPixelSampler build_pixel_sampler',
}
_MISC = {
    'mmcv.utils.imports': 'import_modules_from_strings',
    'mmcv.utils.methods': 'deprecated_api_warning has_method is_method_overridden',
    'mmcv.utils.sequences': """
        concat_list is_list_of is_seq_of is_str is_tuple_of iter_cast list_cast slice_list to_1tuple to_2tuple to_3tuple
        to_4tuple to_ntuple tuple_cast""",
}
_SMALL = {'mmseg.models.segmentors.base': 'add_prefix'}
_TORCH = {
    'torch.nn.modules.batchnorm': '_BatchNorm SyncBatchNorm',
    'torch.nn.modules.conv': '_ConvNd _ConvTransposeMixin',
    'torch.nn.modules.instancenorm': '_InstanceNorm',
    'torch.utils.data': 'DataLoader',
}

NAMES = {
    # Configs of 0.x import mmcls for ConvNeXt and PoolFormer, which are among our own backbones.
    'mmcls': {},
    'mmcls.models': {},
    'mmcv.cnn.bricks.activation': {'torch.nn': 'GELU SiLU'},
    'mmcv.cnn.bricks.wrappers': {
        'mmcv.cnn': 'Conv2d Conv3d ConvTranspose2d ConvTranspose3d Linear MaxPool2d MaxPool3d',
    },
    'mmcv.cnn.utils': {'mmcv.cnn': 'fuse_conv_bn get_model_complexity_info'},
    'mmcv.ops': {'mmcv.ops._load': 'is_compiled=has_kernel'},
    'mmcv.runner': {'mmcv.checkpoint': '_load_checkpoint=fetch_checkpoint _load_checkpoint_with_prefix=fetch_part'},
    'mmcv.utils': {'mmcv.config': 'Config ConfigDict DictAction check_known_keys find_config', **_TORCH},
    'mmcv.utils.misc': _MISC,
    'mmcv.utils.parrots_wrapper': _TORCH,
    'mmseg.core': {
        **_EVALUATION,
        **_SAMPLERS,
        **_SMALL,
        'mmseg.evaluation.report_hook': 'ReportHook',
        'mmseg.evaluation.visualization': 'colorize draw_curves',
    },
    'mmseg.core.evaluation': _EVALUATION,
    'mmseg.core.evaluation.metrics': _METRICS,
    'mmseg.core.seg': _SAMPLERS,
    'mmseg.core.utils': _SMALL,
    'mmseg.models.utils': {
        'mmseg.models.layers': """
            InvertedResidual InvertedResidualV3 PatchEmbed ResLayer SELayer SelfAttentionBlock UpConvBlock
            make_divisible nchw2nlc2nchw nchw_to_nlc nlc2nchw2nlc nlc_to_nchw""",
    },
    'mmseg.ops': {'mmseg.models.layers': 'Encoding Upsample resize'},
    'mmseg.utils': {
        'mmcv.config': 'find_config',
        'mmseg.env': 'collect_env',
        'mmseg.logger': 'get_root_logger',
    },
}
