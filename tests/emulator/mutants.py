"""Mistakes, put into the sources one at a time: each must be noticed. docs/emulator.md says what notices which."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from emulator import build
from emulator.session import environment


class Mutant(NamedTuple):
    """A mistake."""

    operator: str
    what: str
    step: str  # the variant that notices it, or COMPILER
    path: str  # below csrc
    old: str
    new: str

    def into(self, path: str, text: str) -> str:
        if path != self.path:
            return text
        if self.old not in text:
            raise ValueError(f'mutants.py: {self.what}: {path} has no longer {self.old!r}')
        return text.replace(self.old, self.new, 1)


COMPILER = 'compiler'  # says of an index or a sum that it is narrowed, or of a cast that nobody can look for it
SYNC = '__syncthreads();'
ROUND = 'for (int64_t i = thread_index(); i < pixels; i += thread_count())'
STREAM = 'static_cast<cudaStream_t>(stream)'
NARROW = 'sum = static_cast<Wide<T>>(static_cast<T>(sum))'
MEAN = '  Wide<T>* mean = partial + 2 * p * parts.channels + c;\n'
GRID = 'cuda/grid.cuh'
GUARD = 'const torch::stable::accelerator::DeviceGuard guard('


def of(operator: str, *mistakes: tuple[str, ...]) -> list[Mutant]:
    """Mistakes in ``cuda/<operator>.cu``, or in the file that is named last."""
    return [Mutant(operator, what, step, *(path or (f'cuda/{operator}.cu',)), old, new)
            for what, step, old, new, *path in mistakes]


MUTANTS = [
    *of('confusion_matrix',
        ('no barrier after the zeros', 'races', f'counts[i] = 0;\n  {SYNC}', 'counts[i] = 0;'),
        ('no barrier before the sums are read', 'races', f'counts);\n  {SYNC}', 'counts);'),
        ('shared memory without zeros', 'plain', 'counts[i] = 0;', ';'),
        ('+= instead of an atomic sum in shared memory', 'races', 'atomicAdd(counts + bin, run)', 'counts[bin] += run'),
        ('+= instead of an atomic sum of the blocks', 'races', 'atomicAdd(total + i, static_cast<Counter>(counts[i]))',
         'total[i] += counts[i]'),
        ('a run that goes beyond the end', 'sanitize', 'min(first + kRun, numel)', 'first + kRun'),
        ('a prediction that is no class', 'sanitize', 'class_index(pred[i], num_classes)', 'pred[i]'),
        ('a step around the grid that is too short', 'plain', 'blockDim.x * kRun;', 'blockDim.x;'),
        ('more shared memory than a block has', 'plain', '48 * 1024', '1024 * 1024'),
        ('another stream', 'plain', 'shared, cuda_stream', 'shared, nullptr'),
        ('a counter of 16 bits', 'plain', 'static_cast<Counter>(counts[i])',
         'static_cast<uint16_t>(counts[i]) + Counter()'),
        ('an error that is not told', 'plain', 'status == cudaSuccess', 'true'),
        ('no device guard', 'plain', GUARD, 'const int guard(', 'confusion_matrix.cpp'),
        ('an ignored label that is cut to a byte', 'plain', 'target == ignore_index',
         'label[i] == static_cast<T>(ignore_index)'),
        ('a little more shared memory than a block has', 'plain', '48 * 1024', '52 * 1024'),
        ('an index of 32 bits', COMPILER, 'for (int64_t first = thread', 'for (int first = thread')),
    *of('sync_bn_stats',
        ('no barrier after the values', 'races', f'= value;\n  {SYNC}', '= value;'),
        ('no barrier between two halves', 'races', f'columns + column];\n    {SYNC}', 'columns + column];'),
        ('no barrier after the total', 'races', f'shared[column];\n  {SYNC}', 'shared[column];'),
        ('a barrier in a branch', 'plain', f'columns + column];\n    {SYNC}',
         f'columns + column];\n    if (row < half) {SYNC}'),
        ('threads that leave before a barrier', 'plain', f'{MEAN}  part(c <',
         f'  if (c >= parts.channels) return;\n{MEAN}  part(c <'),
        ('shared memory that is too small', 'sanitize', 'shared[kThreads]', 'shared[kThreads / 2]'),
        ('squares that lose the spread', 'plain', '*squares = sum;',
         'const Wide<T> all = static_cast<Wide<T>>(size) * center * center;\n    *squares = (sum + all) - all;'),
        ('a stride that leaves some out', 'plain', 'i += rows) sum', 'i += rows + 1) sum'),
        ('a block of too many threads', 'plain', 'tile(kColumns, kRows)', 'tile(kColumns, kRows * 8)'),
        ('a barrier of a warp alone', 'races', f'columns + column];\n    {SYNC}',
         'columns + column];\n    __syncwarp();'),
        ('all threads write the result', 'races', 'if (c < channels && threadIdx.y == 0)', 'if (c < channels)'),
        ('a sum that begins anywhere', 'plain', '  Wide<T> sum = 0;\n  for', '  Wide<T> sum;\n  for')),
    *of('upsample_cross_entropy',
        ('shared memory without a zero', 'plain', 'block_hits = 0;', ';'),
        ('no barrier after the zero', 'races', f'block_hits = 0;\n  {SYNC}', 'block_hits = 0;'),
        ('no barrier before the hits are read', 'races', f'  }}\n  {SYNC}', '  }'),
        ('++ instead of an atomic sum', 'races', 'atomicAdd(&block_hits, 1u)', '++block_hits'),
        ('+= instead of an atomic sum of the blocks', 'races',
         'atomicAdd(hits, static_cast<unsigned long long>(block_hits))', '*hits += block_hits'),
        ('a loop that goes round once', 'plain', 'index += thread_count()', 'index += logits + 0 * thread_count()'),
        ('half of a warp that waits elsewhere', 'plain', f'  }}\n  {SYNC}',
         f'  }}\n  if (threadIdx.x % 2) {SYNC} else __syncwarp();'),
        ('a label that is no class', 'sanitize', 'k < 0 || k >= in.size.classes', 'false'),
        ('outputs that are left out', 'plain', 'shift) + 3', 'shift) + 0'),
        ('an exponential that overflows', 'plain', 'exp(pixel.at(k) - best)', 'exp(pixel.at(k))'),
        ('the logarithm of a probability', 'plain', '(best - pixel.at(k) + log_sum)',
         '-log(exp(pixel.at(k) - best) / sum)'),
        ('a narrow sum', COMPILER, 'T best = -INFINITY, sum = 0;', 'T best = -INFINITY;\n    float sum = 0;'),
        ('a step between infinities', 'plain', 'between(above, below, row.weight)',
         'above + row.weight * (below - above)'),
        ('a NaN that loses', 'plain', 'is_higher(z, best)', 'z > best'),
        ('a class that is below 0 loses', 'plain', 'T best = -INFINITY', 'T best = 0'),
        ('a slope of a label that is no class', 'sanitize', 'label >= 0 && label <', 'label <'),
        ('a scale of 0', 'sanitize', '!(scale > 0)', 'false'),
        ('an index of 32 bits', COMPILER, 'for (int64_t index = thread_index()', 'for (int index = thread_index()')),
    *of('upsample_argmax',
        ('the last class of a tie', 'plain', 'z > best', 'z >= best'),
        ('no device guard', 'plain', GUARD, 'const int guard(', 'upsample_argmax.cpp'),
        ('a sum that is cut to a float', 'plain', 'sum += exp(pixel.at(k) - best)',
         'sum = static_cast<T>(static_cast<float>(sum + exp(pixel.at(k) - best)))'),
        ('a label of a byte', 'plain', 'label[i] = index', 'label[i] = static_cast<uint8_t>(index)'),
        ('another stream', 'plain', STREAM, 'nullptr'),
        ('threads counted in int', 'plain', ROUND,
         'for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < pixels; i += gridDim.x * blockDim.x)'),
        ('threads counted without a sign', 'races', ROUND,
         'for (unsigned int i = blockIdx.x * blockDim.x + threadIdx.x; i < pixels; i += gridDim.x * blockDim.x)'),
        ('a number of pixels of 32 bits', 'plain', 'logits, size, pixels, label',
         'logits, size, static_cast<int>(pixels), label')),
    *of('resample_argmax',
        ('the last class of a tie', 'plain', 'z > best) {', 'z >= best) {'),
        ('the taps of the first view', 'plain', '(view * in.y.size + y) * rows', 'y * rows'),
        ('a tap that counts nothing is read', 'plain', 'if (row_weight[t] == 0) continue;', ''),
        ('an index beyond the pixels', 'plain', 'if (!is_inside) {', 'if (false) {'),
        ('one tap of a row is looked at', 'sanitize', 's < columns; ++s) {\n        if (row',
         's < 1; ++s) {\n        if (row'),
        ('an index that is one beyond the pixels', 'sanitize', '>= pixels', '> pixels'),
        ('the last view is looked at', 'sanitize', 'is_inside && Place', 'Place'),
        ('the sums of the first view', 'plain', '/ sum[v * pixels + i]', '/ sum[i]'),
        ('a pixel that ends the others of its thread', 'plain', 'label[i] = -1;\n      continue;',
         'label[i] = -1;\n      return;'),
        ('sums that lie where the highest do', 'plain', 'scratch + in.views * pixels', 'scratch + pixels'),
        ('an exponential that overflows', 'plain', 'exp(place.at(k) - best)', 'exp(place.at(k))'),
        ('room for one view', 'sanitize', '2 * in.views() * label', '2 * label', 'resample_argmax.cpp'),
        ('another stream', 'plain', STREAM, 'nullptr')),
    *of('focal_loss',
        ('a mask without half of its lanes', 'plain', '~0u', '0xffffu'),
        ('a sum over half a warp', 'plain', 'mask = kWarp / 2', 'mask = kWarp / 4'),
        ('a shuffle in a branch', 'plain', 'others = warp_sum(others);', 'if (lane < 16) others = warp_sum(others);'),
        ('rows that are left out', 'plain', 'row += thread_count() / kWarp', 'row += thread_count()'),
        ('a label below the first class', 'plain', 'label >= 0 && label <', 'label <'),
        ('a class that is counted twice', 'plain', 'if (c != label) others', 'others'),
        ('a narrow sum', 'plain', 'others += std::exp(static_cast<W>(logits[c]) - top);',
         'others = static_cast<W>(static_cast<T>(others + std::exp(static_cast<W>(logits[c]) - top)));'),
        ('a half on the way', 'plain', 'W own = static_cast<W>(logits[label]) - top;',
         'W own = static_cast<W>(static_cast<T>(static_cast<W>(logits[label]) - top));'),
        ('a power that is cut to a float', 'plain', 'gamma = static_cast<W>(loss.gamma)',
         'gamma = static_cast<W>(static_cast<float>(loss.gamma))'),
        ('a narrow shuffle', 'plain', 'other = __shfl_xor_sync(~0u, value, mask)',
         'other = __shfl_xor_sync(~0u, value, mask, 8)'),
        ('a block of no whole number of warps', 'plain', 'kThreads = 256', 'kThreads = 100', GRID),
        ('fewer threads than a block has', 'plain', '__global__ void softmax_kernel',
         '__global__ void __launch_bounds__(128) softmax_kernel')),
    *of('pyramid_pool',
        ('the other stride', 'plain', 'i * p.x.count + j)', 'i * p.y.count + j)'),
        ('a narrow sum', 'plain', 'y * p.width + column)]);', f'y * p.width + column)]), {NARROW};'),
        ('a zero that is not written', 'plain', '    cells[index] = sum;', '    if (sum != 0) cells[index] = sum;'),
        ('a step before its predecessor', 'plain', '  sum_cells<<<',
         '  average<<<1, kThreads, 0, cuda_stream>>>(p, sums, pooled);\n  if (false) sum_cells<<<'),
        ('parameters of more than 4 KiB', 'plain', 'kSizes = 120', 'kSizes = 400', 'pyramid_pool.h')),
    *of('sampling',
        ('+= instead of an atomic sum', 'races', 'atomicAdd(grad_own + pixel, slope * weight * corners.weight[i])',
         'grad_own[pixel] += slope * weight * corners.weight[i]'),
        ('places that are no numbers', 'sanitize', 'if (!point.holds(y, x)) continue;', ''),
        ('a level beyond the pixels', 'sanitize', 'if (!point.fits(size.pixels)) {', 'if (false) {'),
        ('threads without an item that write', 'races', 'if (is_there && lane == 0)', 'if (lane == 0)'),
        ('lanes that leave one by one', 'plain', 'first < size.items();', 'first + own_of_warp < size.items();'),
        ('a number of lanes that is no power of two', 'plain', 'lanes *= 2', 'lanes *= 3'),
        ('a level that does not fit gets no NaN', 'plain', 'const bool fits = point.fits(size.pixels);',
         'const bool fits = point.fits(size.pixels);\n      if (!fits) continue;'),
        ('a scale that is cut to a float', 'plain', 'weight * point.scale_y',
         'weight * static_cast<W>(static_cast<float>(point.scale_y))')),
    *of('carafe',
        ('a row beyond the map', 'sanitize', 'y >= carafe.height', 'y > carafe.height'),
        ('a narrow sum', 'plain', 'own[y * carafe.width + x]);', f'own[y * carafe.width + x]), {NARROW};'),
        ('threads that all do the same', 'races', 'static_cast<int64_t>(gridDim.x) * blockDim.x', 'blockDim.x', GRID),
        ('a block of too many threads', 'plain', 'kThreads = 256', 'kThreads = 2048', GRID),
        ('an error that is asked for twice', 'plain', '  return launch_error();',
         '  launch_error();\n  return launch_error();')),
    *of('psamask',
        ('a column beyond the mask', 'plain', 'x >= mask_width', 'x > mask_width', 'psamask.h'),
        ('the middle of an even mask', 'plain', 'mask_y - (mask_height - 1) / 2', 'mask_y - mask_height / 2',
         'psamask.h'),
        ('a cast to 32 bits', 'plain', 'pixel = i % shape.pixels()', 'pixel = static_cast<int>(i) % shape.pixels()'),
        ('a cast as C has it', COMPILER, 'pixel = i % shape.pixels()', 'pixel = (int)i % shape.pixels()')),
    *of('criss_cross_attention',
        ('a row that is met twice', 'plain', 'entry - width < y ?', 'entry - width <= y ?', 'criss_cross_attention.h'),
        ('the last of the cross is left out', 'plain', 'i < cross.reach()', 'i < cross.reach() - 1'),
        ('a narrow sum', 'plain', 'cross.row_of(i, y) * width + x]);', f'cross.row_of(i, y) * width + x]), {NARROW};')),
]


def catch(mutants: list[Mutant]) -> bool:
    """Build and try each; print what caught it. True if all were."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        libraries = list(pool.map(_built, mutants))
        steps = sorted({mutant.step for mutant in mutants if build.can_run(mutant.step)} - {COMPILER})
        trials = pool.map(lambda step: _tried(step, [
            library for mutant, library in zip(mutants, libraries)
            if mutant.step == step and not isinstance(library, str)]), steps)
        said = {path: words for trial in trials for path, words in trial.items()}
    survivors = 0
    for mutant, library in zip(mutants, libraries):
        by_compiler = isinstance(library, str)
        words = library if by_compiler else said.get(str(library), '')
        survivors += not words
        verdict = f'caught by {COMPILER if by_compiler else mutant.step}' if words else f'SURVIVED {mutant.step}'
        print(f'{verdict}: {mutant.operator}: {mutant.what}: {words}', flush=True)
    print(f'{len(mutants) - survivors} of {len(mutants)} mutants were caught', flush=True)
    return survivors == 0


def _built(mutant: Mutant) -> Path | str:
    """The library; of a mistake that the compiler notices, what it says."""
    step = 'plain' if mutant.step == COMPILER else mutant.step
    try:
        library = build.library(mutant.operator, step, mutant.into)
    except ValueError as error:
        if found := re.search(r'error: (.*) \[-Werror=(?:(?:float-)?conversion|old-style-cast)\]', str(error)):
            return found.group(1)
        raise
    return '' if mutant.step == COMPILER else library


def _tried(step: str, libraries: list[Path]) -> dict[str, str]:
    done = subprocess.run([sys.executable, '-m', 'emulator.trial', *map(str, libraries)], cwd=build.ROOT,
                          env=environment(step, libraries[:1]), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])
