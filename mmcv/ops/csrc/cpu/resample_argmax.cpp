// A block of columns, walked down the rows: each source row is resampled horizontally once, for all classes; an output
// row is then a weighted sum of a few of these, in plain vector loops.
#include "../resample_argmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../parallel.h"
#include "best.h"
#include "bilinear.h"
#include "exp.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // an output row takes about as long as this many elements of a trivial loop

// The taps of one axis of one view whose weight is not 0: those of output i are first[i] ... first[i + 1] - 1.
template <class T>
struct Taps {
  std::vector<int64_t> first{0}, index;
  std::vector<T> weight;
  int64_t most = 1;

  Taps(const Axis<T>& axis, int64_t view) {
    const int64_t begin = view * axis.size * axis.taps;
    for (int64_t i = 0; i < axis.size; ++i) {
      for (int64_t tap = begin + i * axis.taps; tap < begin + (i + 1) * axis.taps; ++tap) {
        if (axis.weight[tap] == 0) continue;
        index.push_back(axis.index[tap]);
        weight.push_back(axis.weight[tap]);
      }
      first.push_back(index.size());
      most = std::max(most, first[i + 1] - first[i]);
    }
  }
};

// Output columns that are sums of the same source columns.
struct Run {
  int64_t first, last;
  std::vector<int64_t> source;
};

// The horizontal axis of one view, cut into blocks and runs; tap t of column x has weight[t * stride + x].
template <class T>
struct Columns {
  int64_t stride;
  std::vector<T> weight;
  std::vector<std::vector<Run>> blocks;

  explicit Columns(const Taps<T>& taps)
      : stride(taps.first.size() - 1 + kVector),
        weight(taps.most * stride),
        blocks((taps.first.size() - 2) / kBlock + 1) {
    for (int64_t x = 0; x < stride - kVector; ++x) {
      const std::vector<int64_t> source(taps.index.begin() + taps.first[x], taps.index.begin() + taps.first[x + 1]);
      for (size_t t = 0; t < source.size(); ++t) weight[t * stride + x] = taps.weight[taps.first[x] + t];
      auto& runs = blocks[x / kBlock];
      if (runs.empty() || runs.back().source != source) runs.push_back({x, x, source});
      runs.back().last = x + 1;
    }
  }
};

template <class T>
struct View {
  Taps<T> rows;
  Columns<T> columns;

  View(const Resampling<T>& in, int64_t view) : rows(in.y, view), columns(Taps<T>(in.x, view)) {}
};

// out[x - first of the block] for the columns of a block, from one source row of one class. Writes whole vectors.
template <class T>
MMCV_INLINE void resample_row(const T* source, const std::vector<Run>& runs, const Columns<T>& columns, T* out) {
  const int64_t origin = runs.front().first;
  for (const Run& run : runs) {
    const int64_t* from = run.source.data();
    const int64_t taps = run.source.size();
    for (int64_t x = run.first; x < run.last; x += kVector) {
      T sum[kVector] = {};
      for (int64_t t = 0; t < taps; ++t) {
        const T value = source[from[t]];
        const T* weight = columns.weight.data() + t * columns.stride + x;
        for (int64_t i = 0; i < kVector; ++i) sum[i] += weight[i] * value;
      }
      for (int64_t i = 0; i < kVector; ++i) out[x - origin + i] = sum[i];
    }
  }
}

// The source rows that an output row is the sum of, resampled horizontally; (K, kStride) each. What the next one needs
// as well is kept.
template <class T>
struct Sources {
  int64_t classes, count = 0;
  std::vector<T> values;
  std::vector<int64_t> held;   // which source row each slot has
  std::vector<const T*> rows;  // those of the current output row
  const T* weight = nullptr;   // and how much they count
  const T* image = nullptr;

  Sources(int64_t classes, int64_t most)
      : classes(classes), values(most * classes * kStride), held(most, -1), rows(most) {}

  MMCV_INLINE void move(const View<T>& view, int64_t y, const T* logits, int64_t pixels, int64_t block) {
    if (logits != image) std::fill(held.begin(), held.end(), -1);
    image = logits;
    const int64_t first = view.rows.first[y];
    const int64_t* wanted = view.rows.index.data() + first;
    weight = view.rows.weight.data() + first;
    count = view.rows.first[y + 1] - first;
    for (int64_t t = 0; t < count; ++t) {
      auto slot = std::find(held.begin(), held.end(), wanted[t]);
      const bool is_new = slot == held.end();
      if (is_new) {
        slot = std::find_if(held.begin(), held.end(), [&](int64_t row) {
          return std::find(wanted, wanted + count, row) == wanted + count;
        });
        *slot = wanted[t];
      }
      T* row = values.data() + (slot - held.begin()) * classes * kStride;
      for (int64_t k = 0; is_new && k < classes; ++k) {
        resample_row(logits + k * pixels + wanted[t], view.columns.blocks[block], view.columns, row + k * kStride);
      }
      rows[t] = row;
    }
  }
};

// One element of the sum of `taps` rows.
template <int taps, class T>
MMCV_INLINE T weighted(const T* const* rows, const T* weight, int64_t i) {
  T sum = weight[0] * rows[0][i];
  for (int t = 1; t < taps; ++t) sum += weight[t] * rows[t][i];
  return sum;
}

// The class with the highest sum in each column of a block, the first of equals.
template <int taps, class T>
MMCV_INLINE void find_best_of_rows(const T* const* sources, const T* weights, int64_t classes, int32_t* index) {
  const T* rows[taps];
  T weight[taps], best[kBlock];
  std::copy_n(sources, taps, rows);
  std::copy_n(weights, taps, weight);
  find_best(classes, [&](int64_t k, int64_t x, auto& z) __attribute__((always_inline)) {
    load(rows[0] + k * kStride + x, z);
    z *= weight[0];
    for (int t = 1; t < taps; ++t) {
      std::remove_reference_t<decltype(z)> value;
      load(rows[t] + k * kStride + x, value);
      z += weight[t] * value;
    }
  }, best, index);
}

template <int taps, class T>
MMCV_INLINE void add_rows(const T* const* rows, const T* weight, int64_t classes, T* z) {
  for (int64_t k = 0; k < classes; ++k) {
    for (int64_t x = 0; x < kBlock; ++x) z[k * kStride + x] += weighted<taps>(rows, weight, k * kStride + x);
  }
}

// z (K, kStride) of one output row.
template <class T>
MMCV_INLINE void add_up(const Sources<T>& sources, std::vector<T>& z) {
  std::fill(z.begin(), z.end(), T(0));
  int64_t t = 0;
  for (; t + 2 <= sources.count; t += 2) {
    add_rows<2>(&sources.rows[t], sources.weight + t, sources.classes, z.data());
  }
  if (t < sources.count) add_rows<1>(&sources.rows[t], sources.weight + t, sources.classes, z.data());
}

// Adds the softmax of z, which is lost.
template <class T>
MMCV_INLINE void add_softmax(int64_t classes, T* z, T* total) {
  T best[kBlock], sum[kBlock] = {};
  std::fill_n(best, kBlock, -INFINITY);
  for (int64_t k = 0; k < classes; ++k) {
    for (int64_t x = 0; x < kBlock; ++x) best[x] = z[k * kStride + x] > best[x] ? z[k * kStride + x] : best[x];
  }
  for (int64_t k = 0; k < classes; ++k) {
    for (int64_t x = 0; x < kBlock; ++x) {
      const T e = fast_exp(z[k * kStride + x] - best[x]);
      z[k * kStride + x] = e;
      sum[x] += e;
    }
  }
  for (int64_t x = 0; x < kBlock; ++x) sum[x] = 1 / sum[x];
  for (int64_t k = 0; k < classes; ++k) {
    for (int64_t x = 0; x < kBlock; ++x) total[k * kStride + x] += z[k * kStride + x] * sum[x];
  }
}

template <class T>
MMCV_INLINE void find_best_of_sum(const Sources<T>& sources, std::vector<T>& z, int32_t* index) {
  const T* const* rows = sources.rows.data();
  switch (sources.count) {
    case 1: return find_best_of_rows<1>(rows, sources.weight, sources.classes, index);
    case 2: return find_best_of_rows<2>(rows, sources.weight, sources.classes, index);
    case 3: return find_best_of_rows<3>(rows, sources.weight, sources.classes, index);
  }
  add_up(sources, z);
  const T* const sum = z.data();
  const T one = 1;
  find_best_of_rows<1>(&sum, &one, sources.classes, index);
}

template <class T>
MMCV_INLINE void find_best_of_mean(
    const std::vector<Sources<T>>& views, std::vector<T>& z, std::vector<T>& total, int32_t* index) {
  std::fill(total.begin(), total.end(), T(0));
  for (const Sources<T>& sources : views) {
    add_up(sources, z);
    add_softmax(sources.classes, z.data(), total.data());
  }
  const T* const sum = total.data();
  const T one = 1;
  find_best_of_rows<1>(&sum, &one, views.front().classes, index);
}

// Output rows [first, last) of all N * H.
template <class T>
MMCV_INLINE void rows(
    const Resampling<T>& in, const std::vector<View<T>>& views, int64_t first, int64_t last, int64_t* label) {
  std::vector<T> z(in.classes * kStride), total(z);
  int32_t index[kBlock];
  for (int64_t origin = 0; origin < in.x.size; origin += kBlock) {
    std::vector<Sources<T>> sources;
    for (const View<T>& view : views) sources.emplace_back(in.classes, view.rows.most);
    for (int64_t row = first; row < last; ++row) {
      const T* image = in.logits + row / in.y.size * in.classes * in.pixels;
      for (size_t v = 0; v < views.size(); ++v) {
        sources[v].move(views[v], row % in.y.size, image, in.pixels, origin / kBlock);
      }
      if (views.size() == 1) {
        find_best_of_sum(sources.front(), z, index);
      } else {
        find_best_of_mean(sources, z, total, index);
      }
      const int64_t width = std::min(kBlock, in.x.size - origin);
      for (int64_t x = 0; x < width; ++x) label[row * in.x.size + origin + x] = index[x];
    }
  }
}

MMCV_SIMD void run(
    const Resampling<float>& in, const std::vector<View<float>>& views, int64_t first, int64_t last, int64_t* label) {
  rows(in, views, first, last, label);
}

MMCV_SIMD void run(
    const Resampling<double>& in, const std::vector<View<double>>& views, int64_t first, int64_t last,
    int64_t* label) {
  rows(in, views, first, last, label);
}

}  // namespace

template <class T>
void resample_argmax_cpu(const Resampling<T>& in, int64_t* label) {
  std::vector<View<T>> views;
  for (int64_t view = 0; view < in.views; ++view) views.emplace_back(in, view);
  const int64_t grain = kGrain / (in.x.size * in.classes * in.views) + 1;
  parallel_for(in.samples * in.y.size, grain, [&](int64_t first, int64_t last) { run(in, views, first, last, label); });
}

template void resample_argmax_cpu(const Resampling<float>&, int64_t*);
template void resample_argmax_cpu(const Resampling<double>&, int64_t*);

}  // namespace mmcv
