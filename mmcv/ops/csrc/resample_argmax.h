// The kernels of resample_argmax, over plain pointers: only resample_argmax.cpp knows tensors.
#pragma once

#include <cstdint>

namespace mmcv {

// One axis of all views: output i of view v is the sum of weight * source over the taps (v, i, 0 ... taps - 1); a
// weight of 0 reads nothing. index and weight are (views, size, taps).
template <class T>
struct Axis {
  const int64_t* index;
  const T* weight;
  int64_t size, taps;
};

// logits (N, K, pixels): the source of output (y, x) is the sum of an index of `y` and one of `x`. T is float, double.
template <class T>
struct Resampling {
  const T* logits;
  int64_t samples, classes, pixels, views;
  Axis<T> y, x;
};

// label (N, H, W). All indices must lie within the pixels.
template <class T>
void resample_argmax_cpu(const Resampling<T>& in, int64_t* label);

// On the given stream (a cudaStream_t) of the current device; -1 where an index lies beyond the pixels. `scratch` has
// (2, views, N, H, W) elements where there are several views. Returns nullptr, or what went wrong.
template <class T>
const char* resample_argmax_cuda(const Resampling<T>& in, T* scratch, int64_t* label, void* stream);

}  // namespace mmcv
