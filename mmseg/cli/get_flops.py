"""What a forward pass costs: ``mmseg get-flops``."""

import argparse

from .arguments import add_config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of counting."""
    add_config_arguments(parser)
    parser.add_argument('--shape', type=int, nargs='+', default=[2048, 1024], metavar='PIXELS',
                        help='height and width of the image, or one number for both (default: %(default)s)')
    parser.add_argument('--layers', action='store_true', help='also print every module')


def main(args: argparse.Namespace) -> None:
    """Count, as the model runs and as others count it.

    Raises:
        ValueError: a size that is none; what is wrong with the config.
    """
    if len(args.shape) > 2 or min(args.shape) < 1:
        raise ValueError(f'--shape is {args.shape}; give a height and a width in pixels, or one number for both')
    import torch

    from mmcv.cnn import get_model_complexity_info
    from mmseg.assembly.load import load_config
    from mmseg.assembly.model import load_trained
    from mmseg.models.exact import plain
    from mmseg.models.probe import image_channels

    cfg = load_config(args.config, args.cfg_options)
    with torch.device('meta'):
        model = load_trained(cfg, checkpoint=None).eval()
    shape = (image_channels(model) or 3, args.shape[0], args.shape[-1])
    model.forward = model.forward_dummy
    flops, params = get_model_complexity_info(model, shape, print_per_layer_stat=args.layers)
    print(f'Input: {shape}\nFLOPs: {flops} (one FLOP is a multiplication and its addition, as in mmcv)\n'
          f'Parameters: {params}')
    with plain(model):
        as_others, _ = get_model_complexity_info(model, shape, print_per_layer_stat=False)
    if as_others != flops:
        print(f'FLOPs of the same model without factoring, as others count it: {as_others}')
