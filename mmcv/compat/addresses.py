"""The table of old addresses.

``MODULES``: a module of old and the one of today that it is, with all that lies below it. ``NAMES``: for a module, old
or still there, the names that it had, by the module that has them today; ``old=new`` where the name has changed.
"""

MODULES = {
    'mmcv.cnn.bricks.hsigmoid': 'mmcv.cnn.bricks.activation',
    'mmcv.cnn.bricks.hswish': 'mmcv.cnn.bricks.activation',
    'mmcv.cnn.bricks.swish': 'mmcv.cnn.bricks.activation',
    'mmcv.arraymisc.quantization': 'mmcv.image.quantization',
    'mmcv.cnn.fuse': 'mmcv.cnn.fold_norms',
    'mmcv.cnn.utils.flops_counter': 'mmcv.cnn.flops',
    'mmcv.cnn.utils.fuse_conv_bn': 'mmcv.cnn.fold_norms',
    'mmcv.cnn.utils.sync_bn': 'mmcv.cnn.revert_sync_bn',
    'mmcv.cnn.utils.weight_init': 'mmcv.cnn.weight_init',
    'mmcv.engine.test': 'mmcv.engine.inference',
    'mmcv.fileio.handlers.base': 'mmcv.fileio.handlers',
    'mmcv.fileio.handlers.json_handler': 'mmcv.fileio.handlers',
    'mmcv.fileio.handlers.pickle_handler': 'mmcv.fileio.handlers',
    'mmcv.fileio.handlers.yaml_handler': 'mmcv.fileio.handlers',
    'mmcv.fileio.io': 'mmcv.fileio.formats',
    'mmcv.fileio.parse': 'mmcv.fileio.lists',
    'mmcv.image._common': 'mmcv.image.channels',
    'mmcv.image.misc': 'mmcv.image.tensors',
    'mmcv.ops.cc_attention': 'mmcv.ops.criss_cross_attention',
    'mmcv.ops.modulated_deform_conv': 'mmcv.ops.deform_conv',
    'mmcv.ops.psa_mask': 'mmcv.ops.psamask',
    'mmcv.ops.saconv': 'mmcv.cnn.bricks.saconv',
    'mmcv.parallel.distributed': 'mmcv.parallel.data_parallel',
    'mmcv.runner.dist_utils': 'mmcv.dist',
    'mmcv.runner.fp16_utils': 'mmcv.amp',
    'mmcv.runner.hooks.logger.base': 'mmcv.runner.hooks.logger.logger_hook',
    'mmcv.runner.optimizer.builder': 'mmcv.runner.optimizer',
    'mmcv.runner.optimizer.default_constructor': 'mmcv.runner.optimizer',
    'mmcv.runner.default_constructor': 'mmcv.runner.builder',
    'mmcv.utils.config_data': 'mmcv.config.data',
    'mmcv.utils.config_dict': 'mmcv.config.dict',
    'mmcv.utils.config_file': 'mmcv.config.file',
    'mmcv.utils.config_format': 'mmcv.config.format',
    'mmcv.utils.config_merge': 'mmcv.config.merge',
    'mmcv.utils.config_python': 'mmcv.config.python',
    'mmcv.utils.device_type': 'mmcv.compat.device_type',
    'mmcv.utils.dict_action': 'mmcv.config.dict_action',
    'mmcv.utils.testing': 'mmcv.compat.testing',
    'mmcv.visualization.color': 'mmcv.image.show',
    'mmcv.visualization.image': 'mmcv.image.show',
    'mmcv.utils.version_utils': 'mmcv.utils.version',
    'mmseg.apis.benchmark': 'mmseg.benchmark',
    'mmseg.apis.seed': 'mmseg.assembly.seed',
    'mmseg.apis.test': 'mmseg.apis.testing',
    'mmseg.apis.train': 'mmseg.apis.training',
    'mmseg.core.evaluation.bootstrap': 'mmseg.evaluation.bootstrap',
    'mmseg.core.evaluation.boundary': 'mmseg.evaluation.boundary',
    'mmseg.core.evaluation.class_names': 'mmseg.datasets.class_names',
    'mmseg.core.evaluation.confusion': 'mmseg.evaluation.counting',
    'mmseg.core.evaluation.eval_hooks': 'mmseg.evaluation.eval_hooks',
    'mmseg.core.evaluation.report': 'mmseg.evaluation.tables',
    'mmseg.core.hook.wandblogger_hook': 'mmseg.evaluation.wandb_hook',
    'mmseg.core.hooks.report_hook': 'mmseg.report.hook',
    'mmseg.core.optimizers.layer_decay_optimizer_constructor': 'mmcv.runner.layer_decay',
    'mmseg.core.seg.base_pixel_sampler': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.core.seg.builder': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.core.seg.ohem_pixel_sampler': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.core.seg.sampler.base_pixel_sampler': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.core.seg.sampler.ohem_pixel_sampler': 'mmseg.models.decode_heads.pixel_samplers',
    'mmseg.core.utils.labels': 'mmseg.labels',
    'mmseg.datasets.pipelines._common': 'mmseg.datasets.pipelines.arguments',
    'mmseg.datasets.pipelines.formating': 'mmseg.datasets.pipelines.formatting',
    'mmseg.datasets.pipelines.fuse': 'mmseg.datasets.pipelines.one_pass',
    'mmseg.models.backbones.common': 'mmseg.models.backbones.pretrained',
    'mmseg.models.losses.utils': 'mmseg.models.losses.weighting',
    'mmseg.models.segmentors.base': 'mmseg.models.segmentors.base_segmentor',
    'mmseg.models.utils.embed': 'mmseg.models.layers.embed',
    'mmseg.models.utils.inverted_residual': 'mmseg.models.layers.inverted_residual',
    'mmseg.models.utils.make_divisible': 'mmseg.models.layers.make_divisible',
    'mmseg.models.utils.normalize': 'mmseg.models.layers.normalize',
    'mmseg.models.utils.res_layer': 'mmseg.models.layers.res_layer',
    'mmseg.models.utils.se_layer': 'mmseg.models.layers.se_layer',
    'mmseg.models.utils.self_attention_block': 'mmseg.models.layers.self_attention_block',
    'mmseg.models.utils.shape_convert': 'mmseg.models.layers.shape_convert',
    'mmseg.models.utils.up_conv_block': 'mmseg.models.layers.up_conv_block',
    'mmseg.ops.encoding': 'mmseg.models.layers.encoding',
    'mmseg.ops.wrappers': 'mmseg.models.layers.resize',
    'mmseg.utils.cli': 'mmseg.cli',
    'mmseg.utils.collect_env': 'mmseg.env',
    'mmseg.utils.logger': 'mmseg.logger',
}

_CONFIG = {'mmcv.config': 'Config ConfigDict DictAction check_known_keys find_config'}
_TORCH = {
    'mmcv.ops': 'SyncBatchNorm',
    'torch.nn.modules.batchnorm': '_BatchNorm SyncBatchNorm_=SyncBatchNorm',
    'torch.nn.modules.conv': '_ConvNd _ConvTransposeMixin',
    'torch.nn.modules.instancenorm': '_InstanceNorm',
    'torch.nn.modules.pooling': '_AdaptiveAvgPoolNd _AdaptiveMaxPoolNd _AvgPoolNd _MaxPoolNd',
    'torch.utils.cpp_extension': 'BuildExtension CUDAExtension CUDA_HOME CppExtension',
    'torch.utils.data': 'DataLoader PoolDataLoader=DataLoader',
    'mmcv.compat.device_type': 'IS_CUDA_AVAILABLE is_cuda_available',
    'mmcv.compat.torch_names': 'get_build_config is_rocm_pytorch',
}
_ON_DEVICE = {'mmcv.parallel.device': 'scatter scatter_kwargs'}
_PREREQUISITES = {'mmcv.compat.prerequisites': 'check_prerequisites requires_executable requires_package'}
_TESTING = {
    'mmcv.compat.testing': """
        assert_attrs_equal assert_dict_contains_subset assert_dict_has_keys assert_is_norm_layer assert_keys_equal
        assert_params_all_zeros check_python_script""",
}
_TORCH_NAMES = {
    'mmcv.compat.torch_names': 'get_build_config is_jit_tracing is_rocm_pytorch jit skip_no_elena torch_meshgrid'}
_UTILS = {
    'mmcv.utils.imports': 'import_modules_from_strings',
    'mmcv.utils.methods': 'deprecated_api_warning has_method is_method_overridden',
    'mmcv.utils.sequences': """
        concat_list is_list_of is_seq_of is_str is_tuple_of iter_cast list_cast slice_list to_1tuple to_2tuple to_3tuple
        to_4tuple to_ntuple tuple_cast _ntuple=to_ntuple""",
}
_LOADING = {'mmcv.checkpoint': '_load_checkpoint=fetch_checkpoint _load_checkpoint_with_prefix=fetch_part'}
_EVAL_HOOKS = {'mmcv.engine': 'DistEvalHook EvalHook'}
_ASSEMBLY = {
    'mmseg.assembly.loaders': 'build_test_loader build_train_loader',
    'mmseg.assembly.model': 'build_model',
}
_DIST_UTIL = {'mmcv.dist': 'check_dist_init=is_distributed', 'mmseg.assembly.seed': 'sync_random_seed=init_random_seed'}
_DISTRIBUTION = {'mmcv.compat.device_type': 'get_device', 'mmseg.assembly.device': 'build_ddp build_dp'}
_PROCESSES = {'mmseg.processes': 'setup_multi_processes'}
_TRAINING = {'mmseg.assembly.seed': 'init_random_seed set_random_seed', 'mmseg.logger': 'get_root_logger'}
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
_PIXEL_SAMPLERS = {'mmseg.models.decode_heads.pixel_samplers': 'BasePixelSampler OHEMPixelSampler'}
_SAMPLING = {
    'mmseg.models.decode_heads.pixel_samplers':
        'PIXEL_SAMPLERS BasePixelSampler OHEMPixelSampler build_pixel_sampler',
}
_OPTIMIZERS = {'mmcv.runner.layer_decay': 'LayerDecayOptimizerConstructor LearningRateDecayOptimizerConstructor'}
_OPTIMIZER_BUILDERS = {'mmcv.runner.optimizer': 'OPTIMIZER_BUILDERS build_optimizer build_optimizer_constructor'}
_ADD_PREFIX = {'mmseg.models.segmentors.base_segmentor': 'add_prefix'}
_WANDB = {'mmseg.evaluation.wandb_hook': 'MMSegWandbHook'}
_REPORT = {'mmseg.report.hook': 'ReportHook'}
_RESIZED = {
    'mmcv.cnn.bricks.untouched': 'is_untouched',
    'mmseg.models.layers.resized_conv': 'can_factor conv_module_over_resized conv_over_resized',
}

NAMES = {
    # Extensions that projects compile for themselves.
    'DCNv3': {'mmcv.ops.project_extensions': 'dcnv3_backward dcnv3_forward'},
    'MultiScaleDeformableAttention': {
        'mmcv.ops.project_extensions': 'ms_deform_attn_backward ms_deform_attn_forward'},

    # Configs of 0.x import mmcls for ConvNeXt and PoolFormer, which are among our own backbones.
    'mmcls': {},
    'mmcls.models': {'mmseg.models': 'ConvNeXt PoolFormer'},
    'mmcls.models.backbones': {'mmseg.models': 'ConvNeXt PoolFormer'},
    # Projects take this one class from there, and nothing else of mmdet.
    'mmdet': {},
    'mmdet.utils': {},
    'mmdet.utils.util_mixins': {'mmcv.compat.nice_repr': 'NiceRepr'},

    'mmcv': {  # which passed on all of mmcv.utils
        'mmcv.utils': """
            TORCH_VERSION TimerError check_time has_method logger_initialized parse_version_info to_1tuple to_2tuple
            to_3tuple to_4tuple to_ntuple""",
        **_PREREQUISITES, **_TESTING, **_TORCH, **_TORCH_NAMES,
    },
    'mmcv.arraymisc': {'mmcv.image.quantization': 'dequantize quantize'},
    'mmcv.cnn.bricks': {'mmcv.cnn': 'Conv3d ConvTranspose2d ConvTranspose3d MaxPool2d MaxPool3d'},
    'mmcv.cnn.bricks.activation': {'torch.nn': 'GELU SiLU'},
    'mmcv.cnn.bricks.transformer': {  # what it imported itself, and others from it
        'mmcv.cnn': 'Linear build_activation_layer build_conv_layer build_dropout build_norm_layer',
        'mmcv.cnn.base_module': 'BaseModule ModuleList Sequential',
        'mmcv.config': 'ConfigDict',
        'mmcv.utils': 'build_from_cfg deprecated_api_warning to_2tuple',
    },
    'mmcv.cnn.bricks.wrappers': {
        'mmcv.cnn': 'Conv2d Conv3d ConvTranspose2d ConvTranspose3d Linear MaxPool2d MaxPool3d',
    },
    'mmcv.cnn.utils': {
        'mmcv.cnn': """
            INITIALIZERS Caffe2XavierInit ConstantInit KaimingInit NormalInit PretrainedInit TruncNormalInit UniformInit
            XavierInit bias_init_with_prob caffe2_xavier_init constant_init fuse_conv_bn get_model_complexity_info
            initialize kaiming_init normal_init revert_sync_batchnorm trunc_normal_init uniform_init xavier_init""",
    },
    'mmcv.cnn.resnet': {'mmcv.compat.conv3x3': 'conv3x3'},
    'mmcv.cnn.weight_init': {
        'mmcv.cnn.weight_init': '_no_grad_trunc_normal_=trunc_normal_', 'mmcv.compat.init_info': 'update_init_info'},
    'mmcv.device': {**_ON_DEVICE, 'mmcv.compat.device_type': 'get_device'},
    'mmcv.device._functions': {'mmcv.compat.scattering': 'Scatter scatter'},
    'mmcv.device.scatter_gather': _ON_DEVICE,
    'mmcv.device.utils': {
        'mmcv.compat.device_type': """
            IS_CUDA_AVAILABLE IS_MLU_AVAILABLE IS_MPS_AVAILABLE IS_NPU_AVAILABLE get_device""",
    },
    'mmcv.fileio.formats': {'mmcv.fileio.handlers': 'register_handler'},
    'mmcv.image.colorspace': {
        'mmcv.image.colorspace': '_convert_input_type_range=_in_units _convert_output_type_range=_of_type'},
    'mmcv.image.geometric': {
        'mmcv.image.boxes': 'bbox_clip bbox_scaling',
        'mmcv.image.resize': 'imrescale imresize imresize_like imresize_to_multiple rescale_size'},
    'mmcv.image.photometric': {
        'mmcv.image.enhance': """
            adjust_brightness adjust_color adjust_contrast adjust_hue adjust_lighting adjust_sharpness auto_contrast
            imequalize iminvert posterize solarize""",
    },
    'mmcv.onnx': {'mmcv.compat.onnx_export': 'is_custom_op_loaded register_extra_symbolics'},
    'mmcv.ops': {
        'mmcv.cnn': 'CARAFEPack SAConv2d',
        'mmcv.cnn.bricks.transformer': 'MultiScaleDeformableAttention',
        'mmcv.ops._load': 'is_compiled=has_kernel',
        'mmcv.ops.carafe': 'CARAFENaive=CARAFE carafe_naive=carafe',
    },
    'mmcv.ops.carafe': {
        'mmcv.cnn': 'CARAFEPack',
        'mmcv.ops.carafe': 'CARAFENaive=CARAFE carafe_naive=carafe',
    },
    'mmcv.ops.multi_scale_deform_attn': {'mmcv.cnn.bricks.transformer': 'MultiScaleDeformableAttention'},
    'mmcv.ops.point_sample': {'mmcv.compat.unit_grids': 'denormalize normalize'},
    'mmcv.parallel._functions': {'mmcv.compat.scattering': 'Scatter get_input_device scatter'},
    'mmcv.parallel.registry': {'mmcv.checkpoint.wrappers': 'MODULE_WRAPPERS'},
    'mmcv.parallel.distributed_deprecated': {'mmcv.parallel': 'MMDistributedDataParallel'},
    'mmcv.parallel.scatter_gather': {**_ON_DEVICE, 'mmcv.parallel': 'DataContainer'},
    'mmcv.parallel.utils': {'mmcv.checkpoint.wrappers': 'MODULE_WRAPPERS is_module_wrapper'},
    'mmcv.runner': {
        **_LOADING, **_EVAL_HOOKS,
        'mmcv.checkpoint.loaders': 'CheckpointLoader load_url_dist',
        'mmcv.compat.half_precision': 'LossScaler',
        'mmcv.compat.runner': 'IterLoader get_host_info get_time_str set_random_seed',
        'mmcv.runner.epoch_based_runner': 'Runner',
    },
    'mmcv.runner.base_module': {'mmcv.cnn': 'BaseModule ModuleDict ModuleList Sequential'},
    'mmcv.runner.checkpoint': {
        **_LOADING,
        'mmcv.checkpoint.loaders': """
            CheckpointLoader load_from_ceph=load_from_local load_from_http load_from_local
            load_from_openmmlab=load_from_http load_from_pavi load_from_torchvision=load_from_http load_url_dist""",
        'mmcv.compat.model_zoo': """
            DEFAULT_CACHE_DIR ENV_MMCV_HOME ENV_XDG_CACHE_HOME _get_mmcv_home=get_mmcv_home
            get_deprecated_model_names get_torchvision_models""",
        'mmcv.checkpoint.source': 'get_external_models=open_mmlab_models',
        'mmcv.checkpoint.state': 'save_checkpoint',
        'mmcv.checkpoint.load': 'load_checkpoint load_state_dict',
        'mmcv.checkpoint.weights': 'get_state_dict weights_to_cpu',
    },
    'mmcv.runner.dist_utils': {'mmcv.compat.runner': '_find_free_port=find_free_port'},
    'mmcv.runner.hooks': _EVAL_HOOKS,
    'mmcv.runner.hooks.evaluation': _EVAL_HOOKS,
    'mmcv.runner.hooks.lr_updater': {'mmcv.compat.runner': 'format_param'},
    'mmcv.runner.hooks.misc': {
        'mmcv.runner.hooks': 'ClosureHook DistSamplerSeedHook EmptyCacheHook SyncBuffersHook',
        'mmcv.runner.hooks.sync_buffer': 'average_buffers',
    },
    'mmcv.runner.fp16_utils': {'mmcv.compat.half_precision': 'LossScaler patch_forward_method patch_norm_fp32'},
    'mmcv.runner.iter_based_runner': {'mmcv.compat.runner': 'IterLoader', 'mmcv.runner.hooks': 'IterTimerHook'},
    'mmcv.runner.priority': {'mmcv.runner.hooks.hook': 'Priority get_priority'},
    'mmcv.runner.state': {
        'mmcv.checkpoint.rng': 'gather_rng_states get_rng_state kept_rng_state set_rng_state',
        'mmcv.runner.batch_stream': 'BatchStream',
    },
    'mmcv.runner.utils': {
        'mmcv.compat.runner': 'get_host_info get_time_str set_random_seed', 'mmcv.runner.builder': 'obj_from_dict'},
    'mmcv.utils': {
        **_CONFIG, **_TORCH, **_PREREQUISITES,
        'mmcv.compat.device_type': """
            IS_CUDA_AVAILABLE IS_IPU_AVAILABLE IS_MLU_AVAILABLE IS_MPS_AVAILABLE IS_NPU_AVAILABLE is_cuda_available""",
        'mmcv.compat.runner': 'worker_init_fn',
        **_TESTING, **_TORCH_NAMES,
        'torch.hub': 'load_url=load_state_dict_from_url',
    },
    'mmcv.utils.config': {
        **_CONFIG,
        'mmcv.config.option_parser': 'add_args=add_options',
        'mmcv.config.file': 'BASE_KEY DEPRECATION_KEY RESERVED_KEYS',
        'mmcv.config.merge': 'DELETE_KEY',
    },
    'mmcv.utils.env': {'mmcv.compat.torch_names': 'get_build_config'},
    'mmcv.utils.ext_loader': {'mmcv.compat.extension': 'check_ops_exist'},
    'mmcv.utils.hub': {'torch.hub': 'load_url=load_state_dict_from_url'},
    'mmcv.utils.misc': {**_UTILS, **_PREREQUISITES},
    'mmcv.utils.parrots_jit': {'mmcv.compat.torch_names': 'jit skip_no_elena'},
    'mmcv.utils.parrots_wrapper': {
        **_TORCH,
        'mmcv.compat.torch_names': """
            _get_conv=conv_bases _get_norm=norm_bases _get_pool=pool_bases get_build_config is_rocm_pytorch""",
    },
    'mmcv.utils.seed': {'mmcv.compat.runner': 'worker_init_fn'},
    'mmcv.utils.torch_ops': {'mmcv.compat.torch_names': 'torch_meshgrid'},
    'mmcv.utils.trace': {'mmcv.compat.torch_names': 'is_jit_tracing'},
    'mmcv.version': {'mmcv.utils': 'parse_version_info'},
    'mmcv.visualization': {'mmcv.image.show': 'Color color_val imshow imshow_bboxes imshow_det_bboxes'},

    'mmseg.apis': {
        **_ASSEMBLY, 'mmseg.logger': 'get_root_logger',
        'mmseg.apis.testing': 'test', 'mmseg.apis.training': 'train',  # not the old modules of these names
    },
    'mmseg.apis.assemble': {
        'mmseg.assembly.device': 'place=wrap_for_device',
        'mmseg.assembly.loaders': 'build_test_loader build_train_datasets build_train_loader',
        'mmseg.assembly.model': 'build_model',
        'mmseg.samples': 'require_labels',
        'mmseg.assembly.load': 'load_config',
    },
    'mmseg.apis.inference': {'mmseg.apis.load': 'init_segmentor'},
    'mmseg.apis.speed': {
        'mmseg.assembly.speed': 'mixed_precision prepare_inference prepare_training set_backends speed_up'},
    'mmseg.apis.test': {'mmcv.compat.array_files': 'np2tmp', 'mmcv.engine': 'multi_gpu_test single_gpu_test'},
    'mmseg.apis.train': {**_TRAINING, 'mmseg.assembly.device': 'build_ddp build_dp'},
    'mmseg.core': {
        **_EVALUATION,
        **_SAMPLING,
        **_OPTIMIZERS,
        **_OPTIMIZER_BUILDERS,
        **_ADD_PREFIX,
        **_DIST_UTIL,
        **_REPORT,
        **_WANDB,
        'mmseg.evaluation.curves': 'draw_curves',
        'mmseg.evaluation.visualization': 'colorize',
    },
    'mmseg.core.builder': _OPTIMIZER_BUILDERS,
    'mmseg.core.evaluation': _EVALUATION,
    'mmseg.core.evaluation.metrics': {
        **_METRICS,
        'mmseg.evaluation.areas': 'intersect_and_union sum_areas total_intersect_and_union',
        'mmseg.labels': 'read_label_map remap_label',
    },
    'mmseg.core.hook': _WANDB,
    'mmseg.core.hooks': _REPORT,
    'mmseg.core.optimizers': _OPTIMIZERS,
    'mmseg.core.seg': _SAMPLING,
    'mmseg.core.seg.sampler': _PIXEL_SAMPLERS,
    'mmseg.core.utils': {**_ADD_PREFIX, **_DIST_UTIL, 'mmseg.labels': 'describe_foreign_labels foreign_labels'},
    'mmseg.core.utils.dist_util': _DIST_UTIL,
    'mmseg.core.utils.misc': _ADD_PREFIX,
    'mmseg.core.visualization': {
        'mmseg.evaluation.curves': 'draw_curves',
        'mmseg.evaluation.run_log': 'read_log',
        'mmseg.evaluation.visualization': 'colorize comparison side_by_side',
    },
    'mmseg.datasets.evaluator': {
        'mmseg.evaluation.evaluator': 'ALL_METRICS METRICS Evaluator',
        'mmseg.evaluation.image_areas': 'ImageAreas',
    },
    'mmseg.datasets.pipelines.transforms': {
        'mmseg.datasets.builder': 'PIPELINES',
        'mmseg.datasets.pipelines': """
            AdjustGamma CLAHE Normalize Pad PhotoMetricDistortion RGB2Gray RandomCrop RandomCutOut RandomFlip
            RandomMosaic RandomRotate Rerange Resize ResizeToMultiple SegRescale""",
    },
    'mmseg.models.backbones.mae': {
        'mmseg.models.backbones.beit': 'MAETransformerEncoderLayer=BEiTTransformerEncoderLayer',
        'mmseg.models.layers.beit_attention': 'MAEAttention=BEiTAttention',
    },
    'mmseg.datasets.builder': {
        'mmcv.compat.runner': 'worker_init_fn',
        'mmseg.datasets.builder': '_concat_dataset=_concatenated',
        'mmseg.datasets.samplers': 'DistributedSampler',
    },
    'mmseg.models.backbones.mobilenet_v3': {'mmseg.models.layers': 'InvertedResidual=InvertedResidualV3'},
    'mmseg.models.builder': {'mmcv.cnn.bricks.registry': 'ATTENTION'},
    'mmseg.models.losses.cross_entropy_loss': {
        'mmseg.models.losses.weighting': '_expand_onehot_labels=expand_onehot_labels'},
    'mmseg.models.utils': {
        **_RESIZED,
        'mmseg.models.layers': """
            InvertedResidual InvertedResidualV3 PatchEmbed ResLayer SELayer SelfAttentionBlock UpConvBlock
            make_divisible nchw2nlc2nchw nchw_to_nlc nlc2nchw2nlc nlc_to_nchw normalize_bytes""",
    },
    'mmseg.models.utils.resized_conv': {
        **_RESIZED,
        'mmseg.models.layers.resized_conv': 'can_factor conv_module_over_resized conv_over_resized tap_matrix',
    },
    'mmseg.ops': {'mmseg.models.layers': 'Encoding Upsample resize'},
    'mmseg.utils': {
        **_DISTRIBUTION, **_PROCESSES,
        'mmcv.checkpoint': 'find_latest_checkpoint',
        'mmcv.config': 'find_config',
        'mmseg.env': 'collect_env',
        'mmseg.logger': 'get_root_logger',
    },
    'mmseg.utils.set_env': {**_PROCESSES, 'mmseg.logger': 'get_root_logger'},
    'mmseg.utils.util_distribution': _DISTRIBUTION,
    'mmseg.utils.misc': {'mmcv.checkpoint': 'find_latest_checkpoint'},
}
