// What the CPU kernels over upsampled logits share: a block of columns, walked down the rows.
//
// Each source row is upsampled horizontally once, for all classes. The output rows between two source rows are then
// plain vector loops: z[k][x] = (1 - weight) * top[k][x] + weight * bottom[k][x].
#pragma once

#include "../bilinear.h"

#include <algorithm>
#include <vector>

#include "../simd.h"
#include "blocks.h"

namespace mmcv {

constexpr int64_t kBlock = 64;             // columns at a time: the buffers of 150 classes stay in the second-level cache
constexpr int64_t kVector = 8;             // `resample_row` writes whole vectors and so up to kVector - 1 too many
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

// kVector output columns side by side: column i lies between the values low_base + low[i] and high_base + high[i] of a
// strip's source columns.
struct Picks {
  int64_t low_base, high_base;
  int32_t low[kVector], high[kVector];
};

// At most kBlock output columns, and the source columns that they lie between.
struct Strip {
  int64_t origin, width = 0, source, sources = 0;
  std::vector<Run> runs;
  std::vector<Picks> picks;
};

// The horizontal axis, cut into strips.
template <class T>
struct Columns {
  std::vector<T> weight;
  std::vector<Strip> strips;
  int64_t most_sources = 0;
  bool are_near = true;  // what kVector columns pick before or after them lies in one vector

  explicit Columns(const Resize& axis) : weight(axis.out + kVector), strips((axis.out + kBlock - 1) / kBlock) {
    for (int64_t x = 0; x < axis.out; ++x) {
      const Tap<T> at = tap<T>(axis, x);
      weight[x] = at.weight;
      Strip& strip = strips[x / kBlock];
      if (strip.width++ == 0) strip.origin = x, strip.source = at.low;
      strip.sources = at.high - strip.source + 1;
      most_sources = std::max(most_sources, strip.sources);
      if (strip.runs.empty() || strip.runs.back().low != at.low) strip.runs.push_back({x, x, at.low, at.high});
      strip.runs.back().last = x + 1;
      const int64_t i = x % kVector, low = at.low - strip.source, high = at.high - strip.source;
      if (i == 0) strip.picks.push_back({low, high, {}, {}});
      Picks& picks = strip.picks.back();
      picks.low[i] = static_cast<int32_t>(low - picks.low_base);
      picks.high[i] = static_cast<int32_t>(high - picks.high_base);
      are_near = are_near && picks.low[i] < kVector && picks.high[i] < kVector;
    }
  }
};

// out[x - origin] for the columns of a strip, from its source columns of one row of one class, of which whole vectors
// are read. Writes whole vectors.
template <class T>
MMCV_INLINE void upsample_row(const T* source, const Strip& strip, const Columns<T>& columns, T* out) {
  const T* weight = columns.weight.data() + strip.origin;
#if defined(__GNUC__) && !defined(__clang__)
  if (sizeof(T) == 4 && columns.are_near) {
    using Values = typename Lanes<T, kVector * sizeof(T)>::Vector;
    using Numbers = typename Lanes<int32_t, kVector * sizeof(T)>::Vector;
    for (const Picks& picks : strip.picks) {
      Values low, high, share;
      Numbers of_low, of_high;
      load(source + picks.low_base, low);
      load(source + picks.high_base, high);
      load(picks.low, of_low);
      load(picks.high, of_high);
      load(weight, share);
      if constexpr (sizeof(T) == 4) low = __builtin_shuffle(low, of_low), high = __builtin_shuffle(high, of_high);
      store((1 - share) * low + share * high, out);
      weight += kVector;
      out += kVector;
    }
    return;
  }
#endif
  for (const Picks& picks : strip.picks) {
    const T *low = source + picks.low_base, *high = source + picks.high_base;
    for (int64_t i = 0; i < kVector; ++i) out[i] = between(low[picks.low[i]], high[picks.high[i]], weight[i]);
    weight += kVector;
    out += kVector;
  }
}

// The two source rows around an output row, upsampled horizontally; (K, kStride) each. The classes of a pixel lie together
// where the logits are `channels_last`.
template <class T>
struct Band {
  std::vector<T> top, bottom;
  const T* image = nullptr;
  int64_t low = -1, high = -1;

  Band(int64_t classes, const Columns<T>& columns, bool channels_last = false)
      : top(classes * kStride),
        bottom(top),
        channels_last(channels_last),
        stride(columns.most_sources + kVector),
        tile(classes * stride) {}

  // Moves to the source rows of `at` in `logits`, (K, h, w) of one image.
  MMCV_INLINE void move(
      const Tap<T>& at, const T* logits, const Upsampling& size, const Strip& strip, const Columns<T>& columns) {
    if (logits == image && at.low == low) return;
    if (logits == image && at.low == high) {
      top.swap(bottom);
    } else {
      upsample(logits, at.low, size, strip, columns, top.data());
    }
    upsample(logits, at.high, size, strip, columns, bottom.data());
    image = logits;
    low = at.low;
    high = at.high;
  }

 private:
  bool channels_last;
  int64_t stride;
  std::vector<T> tile;  // the source columns of a strip, (K, stride)

  MMCV_INLINE void upsample(
      const T* logits, int64_t row, const Upsampling& size, const Strip& strip, const Columns<T>& columns, T* out) {
    const int64_t classes = size.classes, first = row * size.x.in + strip.source, area = size.y.in * size.x.in;
    for (int64_t x = 0; channels_last && x < strip.sources; ++x) {
      for (int64_t k = 0; k < classes; ++k) tile[k * stride + x] = logits[(first + x) * classes + k];
    }
    for (int64_t k = 0; k < classes; ++k) {
      T* values = &tile[k * stride];
      if (!channels_last) {
        const T* from = logits + k * area + first;
#if defined(__GNUC__)
        __builtin_prefetch(from + size.x.in);  // the next row lies far from that of the next class, which comes first
#endif
        std::copy_n(from, strip.sources, values);
      }
      upsample_row(values, strip, columns, out + k * kStride);
    }
  }
};

}  // namespace mmcv
