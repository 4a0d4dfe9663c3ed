"""The loader as training and evaluation see it, on real files."""

import itertools
import os
import random
import signal
import time

import cv2
import numpy as np
import pytest
import torch

from mmseg.datasets import CustomDataset, DataError, build_dataloader

NAMES = tuple('abcdefg')


class Naughty(CustomDataset):
    """Does something to the process when it comes to the sample that is called d."""

    trick = None

    def __getitem__(self, index):
        if self.img_infos[index]['filename'] == 'd.png':
            self.trick()
        return super().__getitem__(index)


class Killed(Naughty):
    def trick(self):
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)


class Hanging(Naughty):
    def trick(self):
        time.sleep(60)


class Signalled(Naughty):
    """What slurm, a terminal or a process group does to all processes of a job."""

    def trick(self):
        if torch.utils.data.get_worker_info():
            sender = os.fork()  # not by the parent of the worker
            if sender == 0:
                for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
                    os.kill(os.getppid(), sent)
                os._exit(0)
            os.waitpid(sender, 0)


@pytest.fixture
def make(draw_tree, train_pipeline):
    folder = draw_tree(names=NAMES)

    def make(cls=CustomDataset, **kwargs):
        options = {'pipeline': train_pipeline, 'classes': ('x', 'y', 'z'), 'img_suffix': '.png', **kwargs}
        return cls(img_dir='img', ann_dir='ann', data_root=str(folder), **options)

    make.folder = folder
    return make


def batches(dataset, count, start=0, workers=0, samples=2, seed=3, **kwargs):
    loader = build_dataloader(dataset, samples, workers, dist=False, seed=seed, start=0, **kwargs)
    loader.start_at(start)
    return list(itertools.islice(loader, count))


def equal(a, b):
    return len(a) == len(b) and all(
        torch.equal(x['img'], y['img']) and torch.equal(x['gt_semantic_seg'], y['gt_semantic_seg'])
        and x['img_metas'] == y['img_metas'] for x, y in zip(a, b))


class TestStream:

    def test_is_the_same_for_any_number_of_workers_and_any_start(self, make):
        whole = batches(make(), 10)
        assert whole[0]['img'].shape == (2, 3, 16, 16)
        assert not equal(whole[:3], whole[7:])  # other augmentations, in another epoch
        assert equal(batches(make(), 10, workers=2), whole)
        assert equal(batches(make(), 4, start=6, workers=1), whole[6:])
        assert equal(batches(make(), 2, samples=4, start=1), [
            {key: torch.cat([x[key], y[key]]) if key != 'img_metas' else x[key] + y[key] for key in x}
            for x, y in (whole[2:4], whole[4:6])])

    @pytest.mark.slow
    def test_spawned_workers(self, make):
        assert equal(batches(make(), 2, workers=1, multiprocessing_context='spawn'), batches(make(), 2))

    def test_seed_and_the_process_s_own_random_state(self, make):
        random.seed(5)
        np.random.seed(5)
        first = batches(make(), 3)
        np.random.rand(10)
        assert equal(batches(make(), 3), first)
        assert not equal(batches(make(), 3, seed=4), first)

    def test_without_a_seed_one_is_drawn(self, make):
        assert not equal(batches(make(), 4, seed=None), batches(make(), 4, seed=None))

    def test_persistent_workers_start_again_where_told(self, make):
        loader = build_dataloader(make(), 2, 2, dist=False, seed=3)
        first = list(itertools.islice(loader, 3))
        loader.start_at(1)
        assert equal(list(itertools.islice(loader, 2)), first[1:])

    def test_length_is_an_epoch(self, make):
        assert len(build_dataloader(make(), 2, 0, dist=False)) == 4
        assert len(build_dataloader(make(), 2, 0, dist=False, drop_last=True)) == 3
        assert len(build_dataloader(make(), 1, 0, num_gpus=3, dist=False)) == 3

    def test_without_shuffling(self, make):
        names = [meta['ori_filename'] for batch in batches(make(), 5, shuffle=False, endless=True)
                 for meta in batch['img_metas']]
        assert names == [f'{name}.png' for name in 'abcdefgabc']


class TestEvaluationPass:

    def test_each_sample_once_in_order(self, make):
        loader = build_dataloader(make(), 3, 2, dist=False, shuffle=False)
        for _ in range(2):
            names = [meta['ori_filename'] for batch in loader for meta in batch['img_metas']]
            assert names == [f'{name}.png' for name in NAMES]
        assert list(loader.batch_sampler) == [[0, 1, 2], [3, 4, 5], [6]]

    def test_dataset_is_the_user_s_own(self, make):
        dataset = make()
        assert build_dataloader(dataset, 1, 0, dist=False).dataset is dataset


class TestOptions:

    def test_those_of_0_x(self, make):
        loader = build_dataloader(make(), 2, 1, dist=True, shuffle=True, seed=1, drop_last=True, pin_memory=True,
                                  persistent_workers=False, prefetch_factor=4)
        assert loader.batch_size == 2
        assert loader.drop_last
        assert loader.prefetch_factor == 4
        assert not loader.persistent_workers
        assert loader.pin_memory == torch.cuda.is_available()

    def test_worker_options_do_not_matter_without_workers(self, make):
        assert len(batches(make(), 1, persistent_workers=True, prefetch_factor=4, timeout=5)) == 1


@pytest.mark.parametrize('workers', [0, 2])
class TestBadSamples:

    def test_damaged_image(self, make, workers):
        path = make.folder / 'img' / 'c.png'
        path.write_bytes(path.read_bytes()[:200])
        with pytest.raises(DataError, match=r'img/c\.png') as raised:
            batches(make(), 10, workers=workers)
        assert '\n' not in str(raised.value)
        assert 'Traceback' in raised.value.worker_traceback

    def test_label_out_of_range(self, make, workers):
        with pytest.raises(DataError, match=r'ann/\w\.png: label 2 is outside of the 2 classes'):
            batches(make(classes=('x', 'y')), 10, workers=workers)

    def test_error_in_a_transform(self, make, workers):
        def broken(results):
            return results['no such key']

        with pytest.raises(DataError, match=(
                r"img/\w\.png: transform 0 \(broken\): KeyError: 'no such key' "
                r"\(.*test_loader\.py:\d+: return results\['no such key'\]\)")):
            batches(make(pipeline=[broken]), 10, workers=workers)

    def test_samples_that_do_not_fit_together(self, make, workers):
        def grow(results):
            return {results['img_info']['filename']: 1}

        with pytest.raises(DataError, match='differ in their keys'):
            batches(make(pipeline=[grow]), 10, workers=workers)

    @pytest.mark.filterwarnings('ignore:skipped')
    def test_skipping_is_opt_in_and_counted(self, make, workers):
        (make.folder / 'img' / 'c.png').write_bytes(b'no image')
        loader = build_dataloader(make(), 7, workers, dist=False, seed=3, skip_failures=True)
        names = [meta['ori_filename'] for meta in next(iter(loader))['img_metas']]
        assert 'c.png' not in names
        assert sorted(set(names)) == sorted(f'{name}.png' for name in 'abdefg')
        assert loader.skipped >= 1


class TestWorkers:

    def test_one_thread_each(self, make):
        import cv2

        def threads(results):
            return {'threads': torch.tensor([torch.get_num_threads(), cv2.getNumThreads()])}

        (batch,) = batches(make(pipeline=[threads]), 1, workers=1)
        assert batch['threads'].tolist() == [[1, 1]] * 2

    def test_a_dead_worker_names_its_sample(self, make):
        with pytest.raises(DataError, match=r'DataLoader worker .*img/d\.png'):
            batches(make(Killed), 10, workers=2)

    def test_a_hanging_worker_names_its_sample(self, make):
        with pytest.raises(DataError, match=r'timed out after 5 .*img/d\.png'):
            batches(make(Hanging), 10, workers=1, timeout=5)

    def test_signals_to_the_whole_job_are_the_main_process_s(self, make):
        assert equal(batches(make(Signalled), 8, workers=2), batches(make(), 8))


class Threads(CustomDataset):
    """Samples that say how many threads their worker has."""

    def __getitem__(self, index):
        return {'img': torch.zeros(1, 2, 2), 'threads': (torch.get_num_threads(), cv2.getNumThreads())}


@pytest.mark.parametrize(('wish', 'count'), [({}, 1), ({'opencv_num_threads': 2}, 2)])
def test_workers_have_one_thread_unless_asked_for_more(make, wish, count):
    before = torch.get_num_threads(), cv2.getNumThreads()
    loader = build_dataloader(make(Threads), 2, 1, seed=0, shuffle=False, **wish)
    assert next(iter(loader))['threads'] == [(1, count)] * 2
    assert (torch.get_num_threads(), cv2.getNumThreads()) == before
