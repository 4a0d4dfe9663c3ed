#include "../upsample_cross_entropy.h"

#include <cmath>

#include "bilinear.cuh"

namespace mmcv {
namespace {

template <class T>
__global__ void forward(CrossEntropy<T> in, int64_t pixels, T* loss, T* logsumexp, unsigned long long* hits) {
  __shared__ unsigned int block_hits;
  if (threadIdx.x == 0) block_hits = 0;
  __syncthreads();
  for (int64_t i = thread_index(); i < pixels; i += thread_count()) {
    const Pixel<T> pixel(in.logits, in.size, i);
    T best = -INFINITY, sum = 0;
    int64_t index = 0;
    for (int64_t k = 0; k < in.size.classes; ++k) {
      const T z = pixel.at(k);
      if (is_higher(z, best)) {
        best = z;
        index = k;
      }
    }
    for (int64_t k = 0; k < in.size.classes; ++k) sum += exp(pixel.at(k) - best);
    const T log_sum = log(sum);
    const int64_t k = in.label[i];
    logsumexp[i] = best + log_sum;
    if (k == in.ignore_index) {
      loss[i] = 0;
    } else if (k < 0 || k >= in.size.classes) {
      loss[i] = static_cast<T>(NAN);
    } else {
      loss[i] = (in.weight ? in.weight[k] : T(1)) * (best - pixel.at(k) + log_sum);
      if (index == k) atomicAdd(&block_hits, 1u);
    }
  }
  __syncthreads();
  if (threadIdx.x == 0 && block_hits) atomicAdd(hits, static_cast<unsigned long long>(block_hits));
}

// The output positions [first, last) that read source position i: those whose tap is (i - 1, i) or (i, i + 1).
template <class T>
struct Support {
  int64_t first, last;

  __device__ Support(const Resize& axis, int64_t i) {
    // A guess that can only be too wide (by rounding): not all of them read it.
    const T scale = axis.align_corners
        ? (axis.out > 1 ? static_cast<T>(axis.in - 1) / static_cast<T>(axis.out - 1) : T(0))
        : static_cast<T>(axis.in) / static_cast<T>(axis.out);
    const T shift = axis.align_corners ? T(0) : T(0.5);
    const bool all = !(scale > 0);
    first = all || i == 0 ? 0 : static_cast<int64_t>((static_cast<T>(i - 1) + shift) / scale - shift) - 1;
    last = all || i + 1 == axis.in ? axis.out : static_cast<int64_t>((static_cast<T>(i + 1) + shift) / scale - shift) + 3;
    first = first > 0 ? first : 0;
    last = last < axis.out ? last : axis.out;
  }
};

template <class T>
__device__ T weight_of(const Tap<T>& at, int64_t i) {
  return (at.low == i ? 1 - at.weight : T(0)) + (at.high == i ? at.weight : T(0));
}

// One thread a logit, neighbouring threads neighbouring classes: they read the same labels and maps, and nothing is
// added by two threads, so the result is the same at every call.
template <class T>
__global__ void backward(
    CrossEntropy<T> in, int64_t logits, const T* grad_loss, const T* logsumexp, T* grad_logits) {
  const Upsampling& size = in.size;
  const int64_t area = size.y.in * size.x.in;
  for (int64_t index = thread_index(); index < logits; index += thread_count()) {
    const int64_t k = index % size.classes, j = index / size.classes % size.x.in;
    const int64_t i = index / size.classes / size.x.in % size.y.in, n = index / size.classes / area;
    const T* z = in.logits + (n * size.classes + k) * area;
    const Support<T> rows(size.y, i), columns(size.x, j);
    T sum = 0;
    for (int64_t y = rows.first; y < rows.last; ++y) {
      const Tap<T> row = tap<T>(size.y, y);
      if (row.low != i && row.high != i) continue;
      const T wy = weight_of(row, i);
      const T *top = z + row.low * size.x.in, *bottom = z + row.high * size.x.in;
      for (int64_t x = columns.first; x < columns.last; ++x) {
        const Tap<T> column = tap<T>(size.x, x);
        if (column.low != j && column.high != j) continue;
        const int64_t pixel = (n * size.y.out + y) * size.x.out + x, label = in.label[pixel];
        const bool counts = label != in.ignore_index && label >= 0 && label < size.classes;
        const T grad = counts ? (in.weight ? in.weight[label] : T(1)) * grad_loss[pixel] : T(0);
        const T above = between(top[column.low], top[column.high], column.weight);
        const T below = between(bottom[column.low], bottom[column.high], column.weight);
        const T softmax = exp(between(above, below, row.weight) - logsumexp[pixel]);
        sum += wy * weight_of(column, j) * grad * (softmax - (counts && label == k ? T(1) : T(0)));
      }
    }
    grad_logits[(n * size.classes + k) * area + i * size.x.in + j] = sum;
  }
}

}  // namespace

template <class T>
const char* upsample_cross_entropy_cuda(
    const CrossEntropy<T>& in, T* loss, T* logsumexp, int64_t* hits, void* stream) {
  const int64_t pixels = in.size.samples * in.size.y.out * in.size.x.out;
  if (pixels == 0) return nullptr;  // a grid of no blocks is an error
  forward<<<blocks_for(pixels), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      in, pixels, loss, logsumexp, reinterpret_cast<unsigned long long*>(hits));
  return launch_error();
}

template <class T>
const char* upsample_cross_entropy_backward_cuda(
    const CrossEntropy<T>& in, const T* grad_loss, const T* logsumexp, T* grad_logits, void* stream) {
  const int64_t logits = in.size.samples * in.size.classes * in.size.y.in * in.size.x.in;
  if (logits == 0) return nullptr;
  backward<<<blocks_for(logits), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      in, logits, grad_loss, logsumexp, grad_logits);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                                                       \
  template const char* upsample_cross_entropy_cuda(const CrossEntropy<T>&, T*, T*, int64_t*, void*);              \
  template const char* upsample_cross_entropy_backward_cuda(const CrossEntropy<T>&, const T*, const T*, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
