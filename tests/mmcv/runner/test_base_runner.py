"""What a runner says of itself, and hooks that it is given by sections of their own."""

from mmcv.parallel import MMDataParallel
from mmcv.runner import ProfilerHook


def test_what_a_runner_says_of_itself(make_runner):
    runner = make_runner(MMDataParallel(make_runner(max_iters=1).model), max_iters=1)
    assert runner.model_name == runner._model_name == 'Model'
    assert (runner.rank, runner.world_size) == (runner._rank, runner._world_size) == (0, 1)


def test_the_hook_of_profiler_config(make_runner):
    runner = make_runner(max_iters=1)
    runner.register_profiler_hook(None)
    assert runner.hooks == []
    runner.register_profiler_hook({'by_epoch': False, 'profile_iters': 1})
    hook = ProfilerHook(by_epoch=False)
    runner.register_profiler_hook(hook)
    assert [type(one) for one in runner.hooks] == [ProfilerHook] * 2
    assert runner.hooks[1] is hook
