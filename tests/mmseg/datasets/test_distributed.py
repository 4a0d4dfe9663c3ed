"""Two ranks together do what one does."""

import itertools

import numpy as np
import pytest
import torch
import torch.distributed
import torch.multiprocessing

from mmseg.datasets import CustomDataset, build_dataloader

CLASSES = ('x', 'y', 'z')


def make(folder, **kwargs):
    return CustomDataset(
        data_root=str(folder), img_dir='img', ann_dir='ann', img_suffix='.png', classes=CLASSES, **kwargs)


def prediction(label, index):
    draw = np.random.RandomState(index)
    return np.where(draw.rand(*label.shape) < 0.5, label % 3, draw.randint(0, 3, label.shape))


def name_only(results):
    return {'name': results['img_info']['filename'], 'draw': np.random.rand()}


def run_rank(rank, world_size, folder, inside):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/store_{inside.__name__}', rank=rank, world_size=world_size)
    torch.save(inside(folder), folder / f'{inside.__name__}_{rank}.pth')
    torch.distributed.destroy_process_group()


def evaluate(folder):
    dataset = make(folder, test_mode=True, pipeline=[name_only])
    loader = build_dataloader(dataset, 1, 0, dist=True, shuffle=False)
    evaluator = dataset.new_evaluator(['mIoU', 'mBIoU'], bootstrap=20)
    indices = [index for batch in loader.batch_sampler for index in batch]
    evaluator.add([prediction(dataset.eval_label(i), i) for i in indices], indices)
    evaluator.reduce()
    return dataset.evaluate(evaluator, ['mIoU', 'mDice', 'mBIoU'], bootstrap=20, logger='silent'), indices


def stream(folder):
    """The first samples of an unseeded stream with four samples a step over all ranks."""
    world_size = torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1
    loader = build_dataloader(make(folder, pipeline=[name_only]), 4 // world_size, 0, dist=True)
    batches = [batch for _, batch in zip(range(6), loader)]
    return [list(zip(batch['name'], batch['draw'].tolist())) for batch in batches]


@pytest.fixture
def ranks(draw_tree):
    folder = draw_tree()

    def run(inside, world_size=2):
        torch.multiprocessing.start_processes(
            run_rank, (world_size, folder, inside), nprocs=world_size, start_method='fork')
        return [torch.load(folder / f'{inside.__name__}_{rank}.pth', weights_only=True) for rank in range(world_size)]

    run.folder = folder
    return run


def test_evaluation_counts_each_image_once(ranks):
    (first, mine), (second, others) = ranks(evaluate)
    assert (mine, others) == ([0, 2, 4], [1, 3])
    assert first == second == evaluate(ranks.folder)[0]


def test_one_stream_for_all_ranks_though_nobody_gave_a_seed(ranks):
    shares = [list(itertools.chain(*batches)) for batches in ranks(stream)]
    dealt = list(itertools.chain(*zip(*shares)))
    assert len({draw for _, draw in dealt}) == len(dealt) == 24  # one seed, and positions that do not repeat
    for start in (0, 5, 10, 15):
        names = sorted(name for name, _ in dealt[start:start + 5])
        assert names == ['a-1.png', 'a.png', 'b.png', 'sub/a.png', 'sub/z.png']
