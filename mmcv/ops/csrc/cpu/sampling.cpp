#include "../sampling.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "../parallel.h"
#include "blocks.h"

namespace mmcv {
namespace {

constexpr int64_t kGrain = 1 << 14;  // products that are worth a thread

// A point of an item that lies within its map.
template <class T>
struct Sample {
  int64_t point = 0;
  Corners<T> corners;
  T weight;
  T dots[4];  // backward: the products of the gradient with the corners
};

// The samples of one item, `count` of them.
template <class T>
struct Item {
  const std::vector<Point<T>>& points;
  std::vector<Sample<T>> samples;
  int64_t count = 0;

  explicit Item(const std::vector<Point<T>>& all) : points(all), samples(all.size()) {}

  MMCV_INLINE void find(const Origin<T>& origin, const T* place, const T* weight) {
    count = 0;
    for (int64_t p = 0; p < static_cast<int64_t>(points.size()); ++p) {
      const Point<T>& point = points[p];
      const T y = origin.y + (point.shift_y + place[2 * p + 1]) * point.scale_y;
      const T x = origin.x + (point.shift_x + place[2 * p]) * point.scale_x;
      if (point.holds(y, x)) samples[count++] = {p, Corners<T>(point, y, x), weight[p], {}};
    }
  }
};

// A block of channels, from `channel` on, of an item.
template <class Block, class T>
MMCV_INLINE void add_up(const Item<T>& item, const T* value, int64_t step, int64_t channel, T* out) {
  using V = typename Block::Vector;
  constexpr int count = Block::count, width = sizeof(V) / sizeof(T);
  V sums[count] = {};
  for (int64_t s = 0; s < item.count; ++s) {
    const Sample<T>& sample = item.samples[s];
    for (int i = 0; i < 4; ++i) {
      const T* pixel = value + sample.corners.pixel[i] * step + channel;
      const T weight = sample.weight * sample.corners.weight[i];
      for (int v = 0; v < count; ++v) {
        V numbers;
        load(pixel + v * width, numbers);
        sums[v] += weight * numbers;
      }
    }
  }
  for (int v = 0; v < count; ++v) store(sums[v], out + channel + v * width);
}

// The sum of a vector, or of a number alone, in halves.
template <class T, class V>
MMCV_INLINE T sum_of(const V& vector) {
  if constexpr (sizeof(V) == sizeof(T)) {
    return vector;
  } else if constexpr (sizeof(V) == 2 * sizeof(T)) {
    return vector[0] + vector[1];
  } else {
    typename Lanes<T, sizeof(V) / 2>::Vector halves[2];
    std::memcpy(halves, &vector, sizeof halves);
    halves[0] += halves[1];
    return sum_of<T>(halves[0]);
  }
}

// Backward for the same: the products with the corners, and the share of the pixels.
template <class Block, class T>
MMCV_INLINE void spread(
    Item<T>& item, const T* value, int64_t step, int64_t channel, const T* grad, T* grad_value) {
  using V = typename Block::Vector;
  constexpr int count = Block::count, width = sizeof(V) / sizeof(T);
  V slope[count];
  for (int v = 0; v < count; ++v) load(grad + channel + v * width, slope[v]);
  for (int64_t s = 0; s < item.count; ++s) {
    Sample<T>& sample = item.samples[s];
    for (int i = 0; i < 4; ++i) {
      const int64_t at = sample.corners.pixel[i] * step + channel;
      const T weight = sample.weight * sample.corners.weight[i];
      V dot{};
      for (int v = 0; v < count; ++v) {
        V numbers, sums;
        load(value + at + v * width, numbers);
        load(grad_value + at + v * width, sums);
        dot += slope[v] * numbers;
        sums += weight * slope[v];
        store(sums, grad_value + at + v * width);
      }
      sample.dots[i] += sum_of<T>(dot);
    }
  }
}

// Queries [first, last) of all samples, with all their heads.
template <class T, class Where>
MMCV_INLINE void forward_rows(
    const Sampling& size, const Where& where, const std::vector<Point<T>>& points, const Samples<T>& in, T* out,
    int64_t first, int64_t last) {
  const int64_t step = size.heads * size.channels;
  Item<T> item(points);
  for (int64_t query = first; query < last; ++query) {
    const T* value = in.value + query / size.queries * size.pixels * step;
    const Origin<T> origin = where.template origin<T>(query % size.queries);
    for (int64_t head = 0; head < size.heads; ++head) {
      const int64_t index = query * size.heads + head;
      item.find(origin, in.place + 2 * index * size.points, in.weight + index * size.points);
      over_blocks<T>(size.channels, [&](auto block, int64_t channel) __attribute__((always_inline)) {
        add_up<decltype(block)>(
            item, value + head * size.channels, step, channel, out + index * size.channels);
      });
    }
  }
}

// One head of one sample: nobody else adds to its pixels.
template <class T, class Where>
MMCV_INLINE void backward_head(
    const Sampling& size, const Where& where, const std::vector<Point<T>>& points, const Samples<T>& in, const T* grad,
    const SampleGradients<T>& out, int64_t n, int64_t head) {
  const int64_t step = size.heads * size.channels, own = n * size.pixels * step + head * size.channels;
  Item<T> item(points);
  for (int64_t query = 0; query < size.queries; ++query) {
    const int64_t index = (n * size.queries + query) * size.heads + head, at = index * size.points;
    item.find(where.template origin<T>(query), in.place + 2 * at, in.weight + at);
    over_blocks<T>(size.channels, [&](auto block, int64_t channel) __attribute__((always_inline)) {
      spread<decltype(block)>(
          item, in.value + own, step, channel, grad + index * size.channels, out.value + own);
    });
    std::fill_n(out.weight + at, size.points, T(0));
    std::fill_n(out.place + 2 * at, 2 * size.points, T(0));
    for (int64_t s = 0; s < item.count; ++s) {
      const Sample<T>& sample = item.samples[s];
      const Point<T>& point = points[sample.point];
      T* slope = out.place + 2 * (at + sample.point);
      for (int i = 0; i < 4; ++i) {
        out.weight[at + sample.point] += sample.corners.weight[i] * sample.dots[i];
        slope[0] += sample.weight * point.scale_x * sample.corners.slope_x[i] * sample.dots[i];
        slope[1] += sample.weight * point.scale_y * sample.corners.slope_y[i] * sample.dots[i];
      }
    }
  }
}

#define MMCV_COMPILE(T, Where)                                                                                         \
  MMCV_SIMD void compiled_rows(                                                                                        \
      const Sampling& size, const Where& where, const std::vector<Point<T>>& points, const Samples<T>& in, T* out,     \
      int64_t first, int64_t last) {                                                                                   \
    forward_rows(size, where, points, in, out, first, last);                                                           \
  }                                                                                                                    \
  MMCV_SIMD void compiled_head(                                                                                        \
      const Sampling& size, const Where& where, const std::vector<Point<T>>& points, const Samples<T>& in,             \
      const T* grad, const SampleGradients<T>& out, int64_t n, int64_t head) {                                         \
    backward_head(size, where, points, in, grad, out, n, head);                                                        \
  }
MMCV_COMPILE(float, Levels)
MMCV_COMPILE(float, Taps)
MMCV_COMPILE(double, Levels)
MMCV_COMPILE(double, Taps)

template <class T, class Where>
std::vector<Point<T>> all_points(const Sampling& size, const Where& where) {
  std::vector<Point<T>> points;
  for (int p = 0; p < size.points; ++p) points.push_back(where.template point<T>(p));
  return points;
}

}  // namespace

template <class T, class Where>
void sampling_cpu(const Sampling& size, const Where& where, const Samples<T>& in, T* out) {
  const auto points = all_points<T>(size, where);
  const int64_t products = size.heads * size.points * size.channels;
  parallel_for(size.samples * size.queries, kGrain / std::max<int64_t>(products, 1) + 1, [&](int64_t first, int64_t last) {
    compiled_rows(size, where, points, in, out, first, last);
  });
}

template <class T, class Where>
void sampling_backward_cpu(
    const Sampling& size, const Where& where, const Samples<T>& in, const T* grad, const SampleGradients<T>& out) {
  const auto points = all_points<T>(size, where);
  parallel_for(size.samples * size.heads, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      compiled_head(size, where, points, in, grad, out, i / size.heads, i % size.heads);
    }
  });
}

#define MMCV_INSTANTIATE(T, Where)                                                                \
  template void sampling_cpu(const Sampling&, const Where&, const Samples<T>&, T*);                \
  template void sampling_backward_cpu(                                                             \
      const Sampling&, const Where&, const Samples<T>&, const T*, const SampleGradients<T>&);
MMCV_INSTANTIATE(float, Levels)
MMCV_INSTANTIATE(float, Taps)
MMCV_INSTANTIATE(double, Levels)
MMCV_INSTANTIATE(double, Taps)

}  // namespace mmcv
