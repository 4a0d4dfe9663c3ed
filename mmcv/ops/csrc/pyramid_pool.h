// The kernels of pyramid_pool, over plain pointers: only pyramid_pool.cpp knows tensors.
//
// The borders of all bins cut the map into cells. One pass adds up the pixels of each cell; a bin is a rectangle of cells.
// Backward is the transpose: the gradient of a cell is a sum over the bins that hold it, and its pixels all have it.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

constexpr int kLevels = 16;    // sizes at most
constexpr int kSizes = 120;    // their sum at most: each adds up to two borders a bin and axis
constexpr int kBorders = 2 * kSizes + 2;

// Bin i of `bins` over `length` pixels holds the pixels [bin_first, bin_last): the same as nn.AdaptiveAvgPool2d.
MMCV_HOST_DEVICE inline int64_t bin_first(int64_t i, int64_t length, int64_t bins) { return i * length / bins; }
MMCV_HOST_DEVICE inline int64_t bin_last(int64_t i, int64_t length, int64_t bins) {
  return ((i + 1) * length + bins - 1) / bins;
}

// One axis of the cells.
struct Cells {
  int count = 0;
  int32_t border[kBorders];

  // The cell that holds a pixel; `count` for the end.
  MMCV_HOST_DEVICE int of(int64_t pixel) const {
    int first = 0, last = count;
    while (first < last) {
      const int middle = (first + last + 1) / 2;
      if (border[middle] <= pixel) {
        first = middle;
      } else {
        last = middle - 1;
      }
    }
    return first;
  }
};

// All that there is to know about the geometry.
struct Pyramid {
  int64_t samples, channels, height, width;
  bool channels_last;  // the map is (N, H, W, C) in memory
  int levels, bins;
  int size[kLevels];
  Cells y, x;

  MMCV_HOST_DEVICE int cells() const { return y.count * x.count; }
};

// A bin as the cells [top, bottom) x [left, right).
struct Bin {
  int top, bottom, left, right;
  double area;
};

MMCV_HOST_DEVICE inline Bin bin_at(const Pyramid& p, int64_t index) {
  int level = 0;
  while (index >= p.size[level] * p.size[level]) {
    index -= p.size[level] * p.size[level];
    ++level;
  }
  const int64_t size = p.size[level], i = index / size, j = index % size;
  const int64_t top = bin_first(i, p.height, size), bottom = bin_last(i, p.height, size);
  const int64_t left = bin_first(j, p.width, size), right = bin_last(j, p.width, size);
  const double area = static_cast<double>((bottom - top) * (right - left));
  return {p.y.of(top), p.y.of(bottom), p.x.of(left), p.x.of(right), area};
}

// x (N, C, H, W) -> pooled (N, C, bins), and back. T is float, double, Half or BFloat16; sums of the last two are floats.
template <class T>
void pyramid_pool_cpu(const Pyramid& pyramid, const T* x, T* pooled);
template <class T>
void pyramid_pool_backward_cpu(const Pyramid& pyramid, const T* grad, T* grad_x);

// The same on the given stream (a cudaStream_t) of the current device; `cells` is room for N * C * cells() floats, or
// doubles where T is double. They return nullptr, or what went wrong.
template <class T>
const char* pyramid_pool_cuda(const Pyramid& pyramid, const T* x, void* cells, T* pooled, void* stream);
template <class T>
const char* pyramid_pool_backward_cuda(const Pyramid& pyramid, const T* grad, void* cells, T* grad_x, void* stream);

}  // namespace mmcv
