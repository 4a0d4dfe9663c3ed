#include "../resample_argmax.h"

#include <cmath>

#include "grid.cuh"

namespace mmcv {
namespace {

// One output pixel in one view: `at(k)` is its logit of class k. Neighbouring threads read nearly the same logits and
// taps, which the first-level cache serves.
template <class T>
struct Place {
  const T* image;
  const int64_t *row, *column;
  const T *row_weight, *column_weight;
  int64_t rows, columns, pixels;

  __device__ Place(const Resampling<T>& in, int64_t view, int64_t pixel)
      : rows(in.y.taps), columns(in.x.taps), pixels(in.pixels) {
    const int64_t x = pixel % in.x.size, y = pixel / in.x.size % in.y.size, n = pixel / in.x.size / in.y.size;
    const int64_t at_y = (view * in.y.size + y) * rows, at_x = (view * in.x.size + x) * columns;
    image = in.logits + n * in.classes * pixels;
    row = in.y.index + at_y;
    row_weight = in.y.weight + at_y;
    column = in.x.index + at_x;
    column_weight = in.x.weight + at_x;
  }

  __device__ bool is_inside() const {
    for (int64_t t = 0; t < rows; ++t) {
      for (int64_t s = 0; s < columns; ++s) {
        if (row[t] < 0 || column[s] < 0 || row[t] + column[s] >= pixels) return false;
      }
    }
    return true;
  }

  __device__ T at(int64_t k) const {
    T sum = 0;
    for (int64_t t = 0; t < rows; ++t) {
      if (row_weight[t] == 0) continue;
      const T* source = image + k * pixels + row[t];
      T across = 0;
      for (int64_t s = 0; s < columns; ++s) {
        if (column_weight[s] != 0) across += column_weight[s] * source[column[s]];
      }
      sum += row_weight[t] * across;
    }
    return sum;
  }
};

// The class whose `value(k)` is highest, the first of equals; NaN wins never.
template <class T, class Value>
__device__ int64_t best_class(int64_t classes, const Value& value) {
  T best = -INFINITY;
  int64_t index = 0;
  for (int64_t k = 0; k < classes; ++k) {
    const T z = value(k);
    if (z > best) {
      best = z;
      index = k;
    }
  }
  return index;
}

// The highest logit of a place, and the sum of the exponentials of what the others lie below it.
template <class T>
__device__ void normalizer(const Place<T>& place, int64_t classes, T* highest, T* sum) {
  T best = -INFINITY, total = 0;
  for (int64_t k = 0; k < classes; ++k) {
    const T z = place.at(k);
    best = z > best ? z : best;
  }
  for (int64_t k = 0; k < classes; ++k) total += exp(place.at(k) - best);
  *highest = best;
  *sum = total;
}

template <class T>
__global__ void find_class(Resampling<T> in, int64_t pixels, T* highest, T* sum, int64_t* label) {
  for (int64_t i = thread_index(); i < pixels; i += thread_count()) {
    bool is_inside = true;
    for (int64_t v = 0; v < in.views; ++v) is_inside = is_inside && Place<T>(in, v, i).is_inside();
    if (!is_inside) {
      label[i] = -1;
      continue;
    }
    if (in.views == 1) {
      const Place<T> place(in, 0, i);
      label[i] = best_class<T>(in.classes, [&](int64_t k) { return place.at(k); });
      continue;
    }
    for (int64_t v = 0; v < in.views; ++v) {
      normalizer(Place<T>(in, v, i), in.classes, highest + v * pixels + i, sum + v * pixels + i);
    }
    label[i] = best_class<T>(in.classes, [&](int64_t k) {
      T total = 0;
      for (int64_t v = 0; v < in.views; ++v) {
        total += exp(Place<T>(in, v, i).at(k) - highest[v * pixels + i]) / sum[v * pixels + i];
      }
      return total;
    });
  }
}

}  // namespace

template <class T>
const char* resample_argmax_cuda(const Resampling<T>& in, T* scratch, int64_t* label, void* stream) {
  const int64_t pixels = in.samples * in.y.size * in.x.size;
  if (pixels == 0) return nullptr;  // a grid of no blocks is an error
  find_class<<<blocks_for(pixels), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      in, pixels, scratch, in.views > 1 ? scratch + in.views * pixels : nullptr, label);
  return launch_error();
}

template const char* resample_argmax_cuda(const Resampling<float>&, float*, int64_t*, void*);
template const char* resample_argmax_cuda(const Resampling<double>&, double*, int64_t*, void*);

}  // namespace mmcv
