// The kernels of ms_deform_attn and dcnv3, over plain pointers: only ms_deform_attn.cpp and dcnv3.cpp know tensors.
//
// Both add up bilinear samples: out[n, q, m, :] = sum over p of weight[n, q, m, p] * sample p of the channels of head m.
// They differ only in where sample p of query q lies: there are two structs that know, Levels and Taps.
#pragma once

#include <cmath>
#include <cstdint>

#include "simd.h"
#include "wide.h"

namespace mmcv {

// value (samples, pixels, heads, channels); out (samples, queries, heads, channels); weight (samples, queries, heads,
// points); place (samples, queries, heads, points, 2), x before y. An item is a query of a sample, and a head.
struct Sampling {
  int64_t samples, pixels, queries, heads, channels, points;

  MMCV_HOST_DEVICE int64_t items() const { return samples * queries * heads; }
};

// What a point is for all queries. Its map has the pixels [first, first + height * width) of each sample; its sample lies
// at origin + (shift + place) * scale, in pixels, where 0 is the centre of the first.
template <class W>
struct Point {
  int64_t first, height, width;
  W shift_y, shift_x, scale_y, scale_x;

  // Whether the map lies within the pixels that there are. The sums cannot overflow: no axis is longer than `pixels`.
  MMCV_HOST_DEVICE bool fits(int64_t pixels) const {
    return first >= 0 && height >= 0 && width >= 0 && first <= pixels && height <= pixels && width <= pixels &&
        (width == 0 || height <= (pixels - first) / width);
  }

  // False for what is not a number, too.
  MMCV_HOST_DEVICE MMCV_INLINE bool holds(W y, W x) const {
    return y > W(-1) && x > W(-1) && y < static_cast<W>(height) && x < static_cast<W>(width);
  }
};

template <class W>
struct Origin {
  W y, x;
};

// Multi-scale deformable attention: a map a level, `points` samples of each, places between 0 and 1.
struct Levels {
  const int64_t *shapes, *starts;  // (levels, 2) of height and width, (levels,)
  int64_t points;

  template <class W>
  MMCV_HOST_DEVICE MMCV_INLINE Point<W> point(int index) const {
    const int level = index / static_cast<int>(points);
    const int64_t height = shapes[2 * level], width = shapes[2 * level + 1];
    return {starts[level], height, width, W(0), W(0), static_cast<W>(height), static_cast<W>(width)};
  }

  template <class W>
  MMCV_HOST_DEVICE MMCV_INLINE Origin<W> origin(int64_t /*query*/) const {
    return {W(-0.5), W(-0.5)};
  }
};

// One axis of a convolution.
struct Window {
  int64_t in, out, kernel, stride, padding, dilation;

  MMCV_HOST_DEVICE int64_t half() const { return dilation * (kernel - 1) / 2; }

  template <class W>
  MMCV_HOST_DEVICE MMCV_INLINE W origin(int64_t index, double scale) const {
    return static_cast<W>(half() - padding + index * stride) - static_cast<W>(half()) * static_cast<W>(scale);
  }
};

// DCNv3: one map, a sample a tap of the kernel, column after column; places are offsets in pixels. A query is an output
// pixel, a head a group.
struct Taps {
  Window y, x;
  double scale;
  bool remove_center;

  template <class W>
  MMCV_HOST_DEVICE MMCV_INLINE Point<W> point(int index) const {
    const int rows = static_cast<int>(y.kernel), center = rows * static_cast<int>(x.kernel) / 2;
    const int tap = remove_center && index >= center ? index + 1 : index;
    const auto factor = static_cast<W>(scale);
    return {0, y.in, x.in, static_cast<W>(tap % rows * y.dilation), static_cast<W>(tap / rows * x.dilation), factor,
            factor};
  }

  template <class W>
  MMCV_HOST_DEVICE MMCV_INLINE Origin<W> origin(int64_t query) const {
    return {y.origin<W>(query / x.out, scale), x.origin<W>(query % x.out, scale)};
  }
};

// The four pixels around a place within (-1, height) x (-1, width): their indices, their weights, and the derivatives of
// the weights. Beyond the border a pixel is 0: one of the border stands in for it, with a weight of 0.
template <class W>
struct Corners {
  int64_t pixel[4];
  W weight[4], slope_y[4], slope_x[4];

  Corners() = default;

  MMCV_HOST_DEVICE MMCV_INLINE Corners(const Point<W>& map, W y, W x) {
    const W floor_y = std::floor(y), floor_x = std::floor(x), wy = y - floor_y, wx = x - floor_x;
    const auto top = static_cast<int64_t>(floor_y), left = static_cast<int64_t>(floor_x);
    for (int i = 0; i < 4; ++i) {
      const int64_t row = top + i / 2, column = left + i % 2;
      const bool is_inside = row >= 0 && row < map.height && column >= 0 && column < map.width;
      const int64_t near_row = row < 0 ? 0 : row < map.height ? row : map.height - 1;
      const int64_t near_column = column < 0 ? 0 : column < map.width ? column : map.width - 1;
      const W share_y = i / 2 ? wy : 1 - wy, share_x = i % 2 ? wx : 1 - wx;
      pixel[i] = map.first + near_row * map.width + near_column;
      weight[i] = is_inside ? share_y * share_x : W(0);
      slope_y[i] = is_inside ? (i / 2 ? share_x : -share_x) : W(0);
      slope_x[i] = is_inside ? (i % 2 ? share_y : -share_y) : W(0);
    }
  }
};

// The same tensors as pointers. T is float or double on a CPU, Half and BFloat16 too on a GPU.
template <class T>
struct Samples {
  const T* value;
  const Wide<T>*place, *weight;
};

// What the gradients are added to (value, all zeros at first) or written to. The first is wide, as atomic sums of halves
// would be slow and inexact.
template <class T>
struct SampleGradients {
  Wide<T>*value, *place, *weight;
};

// `Where` is Levels or Taps.
template <class T, class Where>
void sampling_cpu(const Sampling& size, const Where& where, const Samples<T>& in, T* out);
template <class T, class Where>
void sampling_backward_cpu(
    const Sampling& size, const Where& where, const Samples<T>& in, const T* grad, const SampleGradients<T>& out);

// The same on the given stream (a cudaStream_t) of the current device. They return nullptr, or what went wrong. Where a
// map does not fit into the pixels the results are NaN: its shape is on the device, and to look at it first would wait.
template <class T, class Where>
const char* sampling_cuda(const Sampling& size, const Where& where, const Samples<T>& in, T* out, void* stream);
template <class T, class Where>
const char* sampling_backward_cuda(
    const Sampling& size, const Where& where, const Samples<T>& in, const T* grad, const SampleGradients<T>& out,
    void* stream);

}  // namespace mmcv
