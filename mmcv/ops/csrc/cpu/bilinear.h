// What the CPU kernels over upsampled logits share: a block of columns, walked down the rows.
//
// Each source row is upsampled horizontally once, for all classes. The output rows between two source rows are then
// plain vector loops: z[k][x] = (1 - weight) * top[k][x] + weight * bottom[k][x].
#pragma once

#include "../bilinear.h"

#include <algorithm>
#include <vector>

#include "../simd.h"

namespace mmcv {

constexpr int64_t kBlock = 64;             // columns at a time: the buffers of 150 classes stay in the second-level cache
constexpr int64_t kVector = 8;             // `upsample_row` writes whole vectors and so up to kVector - 1 too many
constexpr int64_t kStride = kBlock + kVector;

// The taps of an axis. Looked up once, in code that is not compiled for several processors: where one fuses the product
// and the difference, a position may get other neighbours, and whoever asked again would not agree.
template <class T>
std::vector<Tap<T>> all_taps(const Resize& axis) {
  std::vector<Tap<T>> taps(axis.out);
  for (int64_t i = 0; i < axis.out; ++i) taps[i] = tap<T>(axis, i);
  return taps;
}

// Output columns that lie between the same two source columns.
struct Run {
  int64_t first, last, low, high;
};

// The horizontal axis, cut into blocks and runs.
template <class T>
struct Columns {
  std::vector<T> weight;
  std::vector<std::vector<Run>> blocks;

  explicit Columns(const Resize& axis) : weight(axis.out + kVector), blocks((axis.out + kBlock - 1) / kBlock) {
    for (int64_t x = 0; x < axis.out; ++x) {
      const Tap<T> at = tap<T>(axis, x);
      weight[x] = at.weight;
      auto& runs = blocks[x / kBlock];
      if (runs.empty() || runs.back().low != at.low) runs.push_back({x, x, at.low, at.high});
      runs.back().last = x + 1;
    }
  }
};

// out[x - first of the block] for the columns of a block, from one source row of one class.
template <class T>
MMCV_INLINE void upsample_row(const T* source, const std::vector<Run>& runs, const T* weight, T* out) {
  const int64_t origin = runs.front().first;
  for (const Run& run : runs) {
    const T low = source[run.low], high = source[run.high], step = high - low;
    const bool is_finite = step - step == 0;  // then one product does; else which of both is NaN matters
    for (int64_t x = run.first; is_finite && x < run.last; x += kVector) {
      for (int64_t i = 0; i < kVector; ++i) out[x - origin + i] = low + weight[x + i] * step;
    }
    for (int64_t x = run.first; !is_finite && x < run.last; x += kVector) {
      for (int64_t i = 0; i < kVector; ++i) out[x - origin + i] = between(low, high, weight[x + i]);
    }
  }
}

// The two source rows around an output row, upsampled horizontally; (K, kStride) each.
template <class T>
struct Band {
  std::vector<T> top, bottom;
  const T* image = nullptr;
  int64_t low = -1, high = -1;

  explicit Band(int64_t classes) : top(classes * kStride), bottom(top) {}

  // Moves to the source rows of `at` in `logits`, (K, h, w) of one image.
  MMCV_INLINE void move(
      const Tap<T>& at, const T* logits, const Upsampling& size, const std::vector<Run>& runs, const T* weight) {
    if (logits == image && at.low == low) return;
    const bool next = logits == image && at.low == high;
    const int64_t area = size.y.in * size.x.in;
    for (int64_t k = 0; k < size.classes; ++k) {
      T *t = &top[k * kStride], *b = &bottom[k * kStride];
      if (next) {
        std::copy_n(b, kStride, t);
      } else {
        upsample_row(logits + k * area + at.low * size.x.in, runs, weight, t);
      }
      upsample_row(logits + k * area + at.high * size.x.in, runs, weight, b);
    }
    image = logits;
    low = at.low;
    high = at.high;
  }
};

}  // namespace mmcv
