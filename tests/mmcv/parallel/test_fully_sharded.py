"""Sharded training against DDP, in two processes: the same curve, checkpoints that load in either mode."""

SETUP = """
    import copy, logging, warnings
    from torch import nn
    from mmcv.checkpoint import get_state_dict, read_checkpoint, whole
    from mmcv.parallel import MMDistributedDataParallel, MMFullyShardedDataParallel
    from mmcv.runner import EMAHook, OptimizerHook, IterBasedRunner
    from mmcv.runner.hooks.optimizer import AmpOptimizerHook
    warnings.simplefilter('ignore')

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = nn.Sequential(nn.Linear(4, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 5))
            self.head = nn.Linear(5, 3)
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return self.head(self.blocks(x)) * self.scale

        def train_step(self, batch, optimizer, **kwargs):
            loss = self(batch).float().pow(2).mean()
            return {'loss': loss, 'log_vars': {'loss': loss.detach()}, 'num_samples': len(batch)}

    class Batches:
        begin = 0
        def __len__(self):
            return 5
        def start_at(self, iteration):
            self.begin = iteration
        def __iter__(self):
            i = self.begin
            while True:
                yield torch.randn(6, 4, generator=torch.Generator().manual_seed(2 * i + rank), dtype=dtype)
                i += 1

    dtype = torch.float64

    def make(sharded, hook, iters, *hooks, optimizer=torch.optim.AdamW):
        torch.manual_seed(rank)  # rank 0 has the last word
        model = Model().to(dtype)
        wrapped = MMFullyShardedDataParallel(model, min_params=10) if sharded else MMDistributedDataParallel(model)
        runner = IterBasedRunner(wrapped, optimizer=optimizer(wrapped.parameters(), lr=0.05), max_iters=iters,
                                 work_dir=str(tmp_path), logger=logging.getLogger('quiet'))
        runner.register_hook(hook, 'ABOVE_NORMAL')
        for other in hooks:
            runner.register_hook(other)
        return runner

    def train(runner):
        runner.run([Batches()], [('train', 1)])
        return runner

    def state(runner, name='state'):
        runner.save_checkpoint(str(tmp_path), f'{name}_{{}}.pth')
        dist.barrier()
        content = read_checkpoint(tmp_path / f'{name}_{runner.finished_iters}.pth')
        dist.barrier()
        return content

    def assert_equal(a, b):
        for key in ('state_dict', 'optimizer', 'ema'):
            assert (key in a) == (key in b), key
            if key in a:
                torch.testing.assert_close(a[key], b[key], rtol=0, atol=1e-12)
        assert list(a['state_dict']) == list(b['state_dict'])
"""

SAME_CURVE = """
    clip = dict(max_norm=0.01)
    def hooks():
        return OptimizerHook(grad_clip=clip, cumulative_iters=2), 6, EMAHook(momentum=0.1)
    ddp, fsdp = (state(train(make(sharded, *hooks()))) for sharded in (False, True))
    assert_equal(ddp, fsdp)
    assert type(fsdp['state_dict']['head.weight']) is torch.Tensor

    # Six iterations at once, or three in one mode and three in the other after resuming.
    for first in (False, True):
        runner = train(make(first, OptimizerHook(), 3, EMAHook(momentum=0.1)))
        state(runner, 'half')
        other = make(not first, OptimizerHook(), 6, EMAHook(momentum=0.1))
        other.resume(str(tmp_path / 'half_3.pth'))
        expected = state(train(make(False, OptimizerHook(), 6, EMAHook(momentum=0.1))))
        assert_equal(state(train(other)), expected)
        weights = make(not first, OptimizerHook(), 1)
        weights.load_checkpoint(str(tmp_path / 'half_3.pth'), strict=True)
"""

ACCUMULATION = """
    from torch.distributed.tensor import DTensor
    runner = make(True, OptimizerHook(cumulative_iters=3), 7)
    head = runner.model.module.head
    synced = []

    class Spy(EMAHook):
        def after_train_iter(self, runner):
            synced.append(head.weight.grad is not None)
    runner.register_hook(Spy(), 'NORMAL')
    train(runner)
    assert synced == [False, False, True, False, False, True, True], synced
    assert isinstance(head.weight, DTensor) and head.weight.to_local().numel() in (10, 5)
"""

STOPS_EARLY = """
    class StopsEarly(OptimizerHook):
        def after_train_iter(self, runner):
            super().after_train_iter(runner)
            if runner.finished_iters == 6:
                runner.stop('the test wants it')
"""

IN_ACCUMULATION = """
    # Stopped in the middle of a step, and gone on in either mode.
    expected = state(train(make(False, OptimizerHook(cumulative_iters=4), 8)), 'whole')
    for first in (False, True):
        half = state(train(make(first, StopsEarly(cumulative_iters=4), 8)), 'part')
        assert len(half['gradients']) == 2 and len(half['gradients'][0]) == 9
        for second in (False, True):
            other = make(second, OptimizerHook(cumulative_iters=4), 8)
            other.resume(str(tmp_path / 'part_6.pth'))
            assert_equal(state(train(other)), expected)
"""

UNUSED = """
    class Forgets(Model):
        def forward(self, x):
            return self.head(self.blocks(x))

    Model, complete, said = Forgets, Model, []
    runner = make(True, OptimizerHook(detect_anomalous_params=True, cumulative_iters=2), 2)
    runner.logger = logging.getLogger('heard')
    runner.logger.log = lambda level, msg: said.append(msg)
    train(runner)
    assert said == ['module.scale (3,) is not in the graph of the loss'] * 2, said
    Model = complete
"""

HALF = """
    dtype = torch.float32
    for half in ('bfloat16', 'float16'):
        # Two ways to add up gradients differ in their last bits, which the optimizer must not blow up.
        ddp, fsdp = (state(train(make(sharded, AmpOptimizerHook(dtype=half, grad_clip=dict(max_norm=1.0)), 4,
                                      optimizer=torch.optim.SGD))) for sharded in (False, True))
        torch.testing.assert_close(ddp['state_dict'], fsdp['state_dict'], rtol=1e-2, atol=1e-3)
        assert ('scaler' in fsdp) == (half == 'float16')
        assert ddp.get('scaler') == fsdp.get('scaler')
"""

EVALUATION = """
    class Evaluate(EMAHook):
        # as many batches as a rank happens to have, predicted by the moving average
        def after_train_iter(self, runner):
            super().after_train_iter(runner)
            expected = Model().to(dtype).eval()
            expected.load_state_dict({**get_state_dict(runner.model), **whole(self.average)})
            runner.call_hook('before_evaluation')
            runner.model.eval()
            for _ in range(1 + 2 * rank):
                predicted = runner.model.module(torch.ones(2, 4, dtype=dtype))
            assert torch.equal(predicted, expected(torch.ones(2, 4, dtype=dtype)))
            runner.model.train()
            runner.call_hook('after_evaluation')

    evaluated = state(train(make(True, OptimizerHook(), 3, Evaluate(momentum=0.1))))
    assert_equal(evaluated, state(train(make(False, OptimizerHook(), 3, EMAHook(momentum=0.1)))))
"""


CHANNELS_LAST = """
    conv = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    weight = conv.weight.detach().clone()
    dist.broadcast(weight)
    sharded = MMFullyShardedDataParallel(conv, min_params=1)
    assert torch.equal(get_state_dict(sharded)['weight'], weight)
"""


def test_sharded_training_is_ddp(run_ranks):
    # In one go: it is the start of the processes that takes time.
    run_ranks(SETUP + SAME_CURVE + ACCUMULATION + STOPS_EARLY + IN_ACCUMULATION + UNUSED + EVALUATION + HALF
              + CHANNELS_LAST, timeout=300)
