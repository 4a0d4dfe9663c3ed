// Bilinear upsampling as F.interpolate does it, without ever holding the upsampled map.
#pragma once

#include <cmath>
#include <cstdint>

#include "simd.h"

namespace mmcv {

// One axis: `in` values become `out`.
struct Resize {
  int64_t in, out;
  bool align_corners;
};

// Where an upsampled value comes from: (1 - weight) * x[low] + weight * x[high], in just these products, of which one of
// infinity and 0 is NaN: as F.interpolate has it.
template <class T>
struct Tap {
  int64_t low, high;
  T weight;
};

// The position is rounded once, and the pixel below it is that of the position in float, as torch has it for double, too:
// where it is a whole number in one way of rounding and not in the other, another pixel counts, which may be infinite.
template <class T>
MMCV_HOST_DEVICE inline Tap<T> tap(const Resize& axis, int64_t index) {
  if (axis.in == axis.out) return {index, index, T(0)};
  T source;
  if (axis.align_corners) {
    source = axis.out > 1 ? static_cast<T>(axis.in - 1) / static_cast<T>(axis.out - 1) * static_cast<T>(index) : T(0);
  } else {
    source = std::fma(static_cast<T>(axis.in) / static_cast<T>(axis.out), static_cast<T>(index) + T(0.5), T(-0.5));
    source = source > 0 ? source : T(0);
  }
  const int64_t floor = static_cast<int64_t>(static_cast<float>(source)), low = floor < axis.in ? floor : axis.in - 1;
  const T above = source - static_cast<T>(low), weight = above < 0 ? T(0) : above < 1 ? above : T(1);
  return {low, low + 1 < axis.in ? low + 1 : low, weight};
}

// Between two values.
template <class T>
MMCV_HOST_DEVICE MMCV_INLINE T between(T low, T high, T weight) {
  return (1 - weight) * low + weight * high;
}

// The logits (N, K, h, w) and the size (H, W) they are upsampled to.
struct Upsampling {
  int64_t samples, classes;
  Resize y, x;
};

}  // namespace mmcv
