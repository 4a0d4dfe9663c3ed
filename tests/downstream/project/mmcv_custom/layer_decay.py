"""Rates by depth, with keys of the project's own in ``paramwise_cfg``."""

import json

from mmcv.runner import OPTIMIZER_BUILDERS, DefaultOptimizerConstructor, get_dist_info


def get_num_layer_for_fields(name, num_max_layer):
    if name in ('backbone.pos_embed',) or name.startswith('backbone.patch_embed'):
        return 0
    if name.startswith('backbone.blocks'):
        return int(name.split('.')[2]) + 1
    return num_max_layer - 1


@OPTIMIZER_BUILDERS.register_module()
class DepthDecayOptimizerConstructor(DefaultOptimizerConstructor):

    def add_params(self, params, module, prefix='', is_dcn_module=None):
        groups = {}
        num_layers = self.paramwise_cfg.get('num_layers') + 2
        layer_decay_rate = self.paramwise_cfg.get('layer_decay_rate')
        for name, param in module.named_parameters():
            if not param.requires_grad:
                continue
            no_decay = len(param.shape) == 1 or name.endswith('.bias') or name in ('pos_embed',)
            layer_id = get_num_layer_for_fields(name, num_layers)
            group_name = f'layer_{layer_id}_{"no_decay" if no_decay else "decay"}'
            if group_name not in groups:
                scale = layer_decay_rate ** (num_layers - layer_id - 1)
                groups[group_name] = {
                    'weight_decay': 0. if no_decay else self.base_wd, 'params': [], 'param_names': [],
                    'lr_scale': scale, 'group_name': group_name, 'lr': scale * self.base_lr}
            groups[group_name]['params'].append(param)
            groups[group_name]['param_names'].append(name)
        rank, _ = get_dist_info()
        if rank == 0:
            shown = {key: {k: v for k, v in group.items() if k != 'params'} for key, group in groups.items()}
            print(f'Param groups = {json.dumps(shown, indent=2)}')
        params.extend(groups.values())
