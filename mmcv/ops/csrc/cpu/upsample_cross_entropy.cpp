#include "../upsample_cross_entropy.h"

#include <atomic>
#include <cmath>

#include "../parallel.h"
#include "bilinear.h"
#include "exp.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 12;  // elements that a thread takes at least; below that, waking it costs more

// What one thread needs for one block of columns: its place, and rows of kStride elements a class.
template <class T>
struct Block {
  const Strip& strip;
  const int64_t origin = strip.origin, width = strip.width;
  Band<T> band;

  Block(const Strip& strip, const Columns<T>& columns, int64_t classes) : strip(strip), band(classes, columns) {}
};

struct Tally {
  int64_t hits = 0;
  bool valid = true;
};

// z (K, kStride) of one output row, the highest number of each column and the class that has it first
template <class T>
MMCV_INLINE void upsample(const Band<T>& band, T weight, int64_t classes, T* z, T* best, int32_t* index) {
  std::fill_n(best, kBlock, -INFINITY);
  std::fill_n(index, kBlock, 0);
  for (int64_t k = 0; k < classes; ++k) {
    const T *top = &band.top[k * kStride], *bottom = &band.bottom[k * kStride];
    T* row = z + k * kStride;
    for (int64_t x = 0; x < kBlock; ++x) {
      row[x] = between(top[x], bottom[x], weight);
      const bool better = row[x] > best[x];
      index[x] = better ? static_cast<int32_t>(k) : index[x];
      best[x] = better ? row[x] : best[x];
    }
  }
}

// log sum_k exp(z_k) = best + log sum_k exp(z_k - best), of which `log_sum` is the second term
template <class T>
MMCV_INLINE void reduce(const T* z, int64_t classes, const T* best, int64_t width, T* log_sum, T* logsumexp) {
  T sum[kBlock] = {};
  for (int64_t k = 0; k < classes; ++k) {
    const T* row = z + k * kStride;
    for (int64_t x = 0; x < kBlock; ++x) sum[x] += fast_exp(row[x] - best[x]);
  }
  for (int64_t x = 0; x < width; ++x) {
    log_sum[x] = std::log(sum[x]);
    logsumexp[x] = best[x] + log_sum[x];
  }
}

// Where a column has NaN, which makes its logsumexp one: NaN is higher than all numbers, as for torch.argmax.
template <class T>
MMCV_INLINE void find_nan(const T* z, int64_t classes, int64_t width, const T* logsumexp, int32_t* index) {
  for (int64_t x = 0; x < width; ++x) {
    if (logsumexp[x] == logsumexp[x]) continue;
    T best = -INFINITY;
    for (int64_t k = 0; k < classes; ++k) {
      if (!is_higher(z[k * kStride + x], best)) continue;
      best = z[k * kStride + x];
      index[x] = static_cast<int32_t>(k);
    }
  }
}

// The loss is (best - z_label) + log_sum: of large logits the logsumexp has lost what the difference still has.
template <class T>
MMCV_INLINE void score(
    const CrossEntropy<T>& in, const T* z, const int64_t* label, const int32_t* index, const T* best, const T* log_sum,
    int64_t width, T* loss, Tally* tally) {
  for (int64_t x = 0; x < width; ++x) {
    const int64_t k = label[x];
    loss[x] = 0;
    if (k == in.ignore_index) continue;
    if (k < 0 || k >= in.size.classes) {
      tally->valid = false;
      continue;
    }
    loss[x] = (in.weight ? in.weight[k] : T(1)) * (best[x] - z[k * kStride + x] + log_sum[x]);
    tally->hits += index[x] == k;
  }
}

// Output rows [first, last) of all N * H.
template <class T>
MMCV_INLINE Tally forward_rows(
    const CrossEntropy<T>& in, const std::vector<Tap<T>>& taps, const Columns<T>& columns, int64_t first, int64_t last,
    T* loss, T* logsumexp) {
  const Upsampling& size = in.size;
  const int64_t image = size.classes * size.y.in * size.x.in;
  std::vector<T> z(size.classes * kStride);
  T best[kBlock], log_sum[kBlock];
  int32_t index[kBlock];
  Tally tally;
  for (const Strip& strip : columns.strips) {
    Block<T> block(strip, columns, size.classes);
    for (int64_t row = first; row < last; ++row) {
      const int64_t sample = row / size.y.out, out = row * size.x.out + block.origin;
      const Tap<T>& at = taps[row % size.y.out];
      block.band.move(at, in.logits + sample * image, size, strip, columns);
      upsample(block.band, at.weight, size.classes, z.data(), best, index);
      reduce(z.data(), size.classes, best, block.width, log_sum, logsumexp + out);
      find_nan(z.data(), size.classes, block.width, logsumexp + out, index);
      score(in, z.data(), in.label + out, index, best, log_sum, block.width, loss + out, &tally);
    }
  }
  return tally;
}

// The gradient of one pixel's loss is grad * (softmax - one-hot); `grad` is zero beyond the width and where ignored.
template <class T>
MMCV_INLINE void pixel_gradients(
    const CrossEntropy<T>& in, const int64_t* label, const T* grad_loss, int64_t width, T* grad, int64_t* target) {
  std::fill_n(grad, kBlock, T(0));
  std::fill_n(target, kBlock, 0);
  for (int64_t x = 0; x < width; ++x) {
    const int64_t k = label[x];
    if (k == in.ignore_index || k < 0 || k >= in.size.classes) continue;
    target[x] = k;
    grad[x] = grad_loss[x] * (in.weight ? in.weight[k] : T(1));
  }
}

// Adds the gradients of one output row to those of the source rows above and below it, (K, kStride) each; both may be the
// same.
template <class T>
MMCV_INLINE void spread(
    const Band<T>& band, T weight, int64_t classes, const T* grad, const int64_t* target, const T* logsumexp, T* above,
    T* below) {
  for (int64_t k = 0; k < classes; ++k) {
    const T *top = &band.top[k * kStride], *bottom = &band.bottom[k * kStride];
    T *a = above + k * kStride, *b = below + k * kStride;
    for (int64_t x = 0; x < kBlock; ++x) {
      const T g = grad[x] * fast_exp(between(top[x], bottom[x], weight) - logsumexp[x]);
      a[x] += (1 - weight) * g;
      b[x] += weight * g;
    }
  }
  for (int64_t x = 0; x < kBlock; ++x) {
    above[target[x] * kStride + x] -= (1 - weight) * grad[x];
    below[target[x] * kStride + x] -= weight * grad[x];
  }
}

// The transpose of upsample_row: adds the gradients of a block's columns to those of a source row.
template <class T>
MMCV_INLINE void gather_row(const T* grad, const std::vector<Run>& runs, const T* weight, T* source) {
  const int64_t origin = runs.front().first;
  for (const Run& run : runs) {
    T all = 0, right = 0;
    for (int64_t x = run.first; x < run.last; ++x) {
      all += grad[x - origin];
      right += grad[x - origin] * weight[x];
    }
    source[run.low] += all - right;
    source[run.high] += right;
  }
}

// Source rows [first, last) of one image and block. Row i collects from the output rows between i - 1 and i, then from
// those between i and i + 1, whoever computes it: the sum does not depend on how the rows were split among the threads.
template <class T>
MMCV_INLINE void backward_rows(
    const CrossEntropy<T>& in, const std::vector<Tap<T>>& taps, const Columns<T>& columns, Block<T>& block,
    const std::vector<int64_t>& starts, int64_t sample, int64_t first, int64_t last, const T* grad_loss,
    const T* logsumexp, T* grad_logits) {
  const Upsampling& size = in.size;
  const int64_t area = size.y.in * size.x.in, image = size.classes * area;
  std::vector<T> above(size.classes * kStride), below(above);
  T grad[kBlock], lse[kBlock] = {};
  int64_t target[kBlock];
  for (int64_t i = std::max<int64_t>(first - 1, 0); i < last; ++i) {
    for (int64_t y = starts[i]; y < starts[i + 1]; ++y) {
      const int64_t out = (sample * size.y.out + y) * size.x.out + block.origin;
      const Tap<T>& at = taps[y];
      block.band.move(at, in.logits + sample * image, size, block.strip, columns);
      pixel_gradients(in, in.label + out, grad_loss + out, block.width, grad, target);
      std::copy_n(logsumexp + out, block.width, lse);
      T* const other = at.high > at.low ? below.data() : above.data();
      spread(block.band, at.weight, size.classes, grad, target, lse, above.data(), other);
    }
    for (int64_t k = 0; i >= first && k < size.classes; ++k) {
      T* row = grad_logits + sample * image + k * area + i * size.x.in;
      gather_row(&above[k * kStride], block.strip.runs, columns.weight.data(), row);
    }
    above.swap(below);
    std::fill(below.begin(), below.end(), T(0));
  }
}

// The output rows that lie between source rows i and i + 1: starts[i] to starts[i + 1].
template <class T>
std::vector<int64_t> band_starts(const Resize& axis, const std::vector<Tap<T>>& taps) {
  std::vector<int64_t> starts(axis.in + 1, axis.out);
  for (int64_t y = axis.out - 1; y >= 0; --y) starts[taps[y].low] = y;
  for (int64_t i = axis.in - 1; i >= 0; --i) starts[i] = std::min(starts[i], starts[i + 1]);
  return starts;
}

// Source rows [first, last) of all N * h.
template <class T>
MMCV_INLINE void backward_range(
    const CrossEntropy<T>& in, const std::vector<Tap<T>>& taps, const Columns<T>& columns,
    const std::vector<int64_t>& starts, int64_t first, int64_t last, const T* grad_loss, const T* logsumexp,
    T* grad_logits) {
  const int64_t height = in.size.y.in;
  for (const Strip& strip : columns.strips) {
    Block<T> block(strip, columns, in.size.classes);
    for (int64_t row = first; row < last;) {
      const int64_t sample = row / height, top = row - sample * height, bottom = std::min(height, top + last - row);
      backward_rows(in, taps, columns, block, starts, sample, top, bottom, grad_loss, logsumexp, grad_logits);
      row += bottom - top;
    }
  }
}

#define MMCV_FOR(T)                                                                                             \
  MMCV_SIMD Tally forward(                                                                                      \
      const CrossEntropy<T>& in, const std::vector<Tap<T>>& taps, const Columns<T>& columns, int64_t first,     \
      int64_t last, T* loss, T* logsumexp) {                                                                    \
    return forward_rows(in, taps, columns, first, last, loss, logsumexp);                                       \
  }                                                                                                             \
  MMCV_SIMD void backward(                                                                                      \
      const CrossEntropy<T>& in, const std::vector<Tap<T>>& taps, const Columns<T>& columns,                    \
      const std::vector<int64_t>& starts, int64_t first, int64_t last, const T* grad_loss, const T* logsumexp,  \
      T* grad_logits) {                                                                                         \
    backward_range(in, taps, columns, starts, first, last, grad_loss, logsumexp, grad_logits);                  \
  }
MMCV_FOR(float)
MMCV_FOR(double)

}  // namespace

template <class T>
bool upsample_cross_entropy_cpu(const CrossEntropy<T>& in, T* loss, T* logsumexp, int64_t* hits) {
  const Columns<T> columns(in.size.x);
  const std::vector<Tap<T>> taps = all_taps<T>(in.size.y);
  std::atomic<int64_t> total{0};
  std::atomic<bool> valid{true};
  const int64_t grain = kGrain / (in.size.x.out * in.size.classes) + 1;
  parallel_for(in.size.samples * in.size.y.out, grain, [&](int64_t first, int64_t last) {
    const Tally tally = forward(in, taps, columns, first, last, loss, logsumexp);
    total += tally.hits;
    if (!tally.valid) valid = false;
  });
  *hits += total;
  return valid;
}

template <class T>
void upsample_cross_entropy_backward_cpu(
    const CrossEntropy<T>& in, const T* grad_loss, const T* logsumexp, T* grad_logits) {
  const Columns<T> columns(in.size.x);
  const std::vector<Tap<T>> taps = all_taps<T>(in.size.y);
  const std::vector<int64_t> starts = band_starts(in.size.y, taps);
  const int64_t work = in.size.x.out * in.size.classes * (in.size.y.out / in.size.y.in + 1);
  parallel_for(in.size.samples * in.size.y.in, kGrain / work + 1, [&](int64_t first, int64_t last) {
    backward(in, taps, columns, starts, first, last, grad_loss, logsumexp, grad_logits);
  });
}

#define MMCV_INSTANTIATE(T)                                                                \
  template bool upsample_cross_entropy_cpu(const CrossEntropy<T>&, T*, T*, int64_t*); \
  template void upsample_cross_entropy_backward_cpu(const CrossEntropy<T>&, const T*, const T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
