#include "../add_resized.h"

#include <algorithm>
#include <vector>

#include "../parallel.h"
#include "bilinear.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // values that a thread takes at least

template <class T>
MMCV_INLINE void blend(int64_t count, const T* low, const T* high, T weight, T* out) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) out[i] = between(low[i], high[i], weight);
}

template <class T>
MMCV_INLINE void add_blend(int64_t count, const T* x, const T* low, const T* high, T weight, T* out) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) out[i] = x[i] + between(low[i], high[i], weight);
}

template <class T>
struct Level {
  Coarse<T> coarse;
  std::vector<Tap<T>> rows, columns;
};

// Row `row` of all N * H: a row of each map between two of its rows first, then each pixel between two of that.
template <class T>
MMCV_INLINE void add_row(
    const std::vector<Level<T>>& levels, int64_t row, int64_t channels, std::vector<T>& between_rows, const T* x, T* out) {
  for (const Level<T>& level : levels) {
    const int64_t height = level.rows.size(), width = level.coarse.x.in * channels;
    const Tap<T>& at = level.rows[row % height];
    const T* image = level.coarse.map + row / height * level.coarse.y.in * width;
    blend(width, image + at.low * width, image + at.high * width, at.weight, between_rows.data());
    for (size_t column = 0; column < level.columns.size(); ++column) {
      const Tap<T>& side = level.columns[column];
      const T *low = &between_rows[side.low * channels], *high = &between_rows[side.high * channels];
      add_blend(channels, x + column * channels, low, high, side.weight, out + column * channels);
    }
    x = out;
  }
}

// Rows [first, last) of all N * H.
template <class T>
MMCV_INLINE void add_rows(
    const std::vector<Level<T>>& levels, int64_t first, int64_t last, int64_t channels, const T* x, T* out) {
  int64_t widest = 0;
  for (const Level<T>& level : levels) widest = std::max(widest, level.coarse.x.in);
  std::vector<T> between_rows(widest * channels);
  for (int64_t row = first; row < last; ++row) {
    const int64_t pixel = row * levels.front().columns.size() * channels;
    add_row(levels, row, channels, between_rows, x + pixel, out + pixel);
  }
}

#define MMCV_FOR(T)                                                                                             \
  MMCV_SIMD void run(                                                                                           \
      const std::vector<Level<T>>& levels, int64_t first, int64_t last, int64_t channels, const T* x, T* out) { \
    add_rows(levels, first, last, channels, x, out);                                                            \
  }
MMCV_FOR(float)
MMCV_FOR(double)

}  // namespace

template <class T>
void add_resized_cpu(
    int64_t samples, int64_t height, int64_t width, int64_t channels, const std::vector<Coarse<T>>& maps, const T* x,
    T* out) {
  std::vector<Level<T>> levels;
  for (const Coarse<T>& coarse : maps) levels.push_back({coarse, all_taps<T>(coarse.y), all_taps<T>(coarse.x)});
  const int64_t grain = kGrain / (width * channels) + 1;
  parallel_for(samples * height, grain, [&](int64_t first, int64_t last) { run(levels, first, last, channels, x, out); });
}

#define MMCV_INSTANTIATE(T) \
  template void add_resized_cpu(int64_t, int64_t, int64_t, int64_t, const std::vector<Coarse<T>>&, const T*, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
