// What the CUDA kernels over upsampled logits share.
#pragma once

#include "../bilinear.h"
#include "grid.cuh"

namespace mmcv {

// One output pixel: `at(k)` is its upsampled logit of class k. Neighbouring threads read the same four logits, which
// the first-level cache serves.
template <class T>
struct Pixel {
  const T *top, *bottom;  // the two source rows of class 0
  int64_t area, left, right;
  T wy, wx;

  __device__ Pixel(const T* logits, const Upsampling& size, int64_t pixel) {
    const int64_t x = pixel % size.x.out, y = pixel / size.x.out % size.y.out, n = pixel / size.x.out / size.y.out;
    const Tap<T> column = tap<T>(size.x, x), row = tap<T>(size.y, y);
    area = size.y.in * size.x.in;
    const T* image = logits + n * size.classes * area;
    top = image + row.low * size.x.in;
    bottom = image + row.high * size.x.in;
    left = column.low;
    right = column.high;
    wy = row.weight;
    wx = column.weight;
  }

  __device__ T at(int64_t k) const {
    const T *t = top + k * area, *b = bottom + k * area;
    return between(between(t[left], t[right], wx), between(b[left], b[right], wx), wy);
  }
};

}  // namespace mmcv
