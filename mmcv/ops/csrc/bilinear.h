// Bilinear upsampling as F.interpolate does it, without ever holding the upsampled map.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

// One axis: `in` values become `out`.
struct Resize {
  int64_t in, out;
  bool align_corners;
};

// Where an upsampled value comes from: (1 - weight) * x[low] + weight * x[high].
template <class T>
struct Tap {
  int64_t low, high;
  T weight;
};

template <class T>
MMCV_HOST_DEVICE inline Tap<T> tap(const Resize& axis, int64_t index) {
  T source;
  if (axis.align_corners) {
    source = axis.out > 1 ? static_cast<T>(axis.in - 1) / static_cast<T>(axis.out - 1) * static_cast<T>(index) : T(0);
  } else {
    source = static_cast<T>(axis.in) / static_cast<T>(axis.out) * (static_cast<T>(index) + T(0.5)) - T(0.5);
    source = source > 0 ? source : T(0);
  }
  const int64_t low = static_cast<int64_t>(source);
  if (low + 1 >= axis.in) return {axis.in - 1, axis.in - 1, T(0)};
  return {low, low + 1, source - static_cast<T>(low)};
}

// The logits (N, K, h, w) and the size (H, W) they are upsampled to.
struct Upsampling {
  int64_t samples, classes;
  Resize y, x;
};

}  // namespace mmcv
