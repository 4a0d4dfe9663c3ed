#include "../upsample_argmax.h"

#include <cmath>

#include "bilinear.cuh"

namespace mmcv {
namespace {

template <class T>
__global__ void find_class(const T* logits, Upsampling size, int64_t pixels, int64_t* label, T* probability) {
  for (int64_t i = thread_index(); i < pixels; i += thread_count()) {
    const Pixel<T> pixel(logits, size, i);
    T best = -INFINITY;  // NaN wins never, not even in class 0: see the CPU's kernel
    int64_t index = 0;
    for (int64_t k = 0; k < size.classes; ++k) {
      const T z = pixel.at(k);
      if (z > best) {
        best = z;
        index = k;
      }
    }
    label[i] = index;
    if (probability == nullptr) continue;
    T sum = 0;
    for (int64_t k = 0; k < size.classes; ++k) sum += exp(pixel.at(k) - best);
    probability[i] = 1 / sum;
  }
}

}  // namespace

template <class T>
const char* upsample_argmax_cuda(
    const T* logits, const Upsampling& size, int64_t* label, T* probability, void* stream) {
  const int64_t pixels = size.samples * size.y.out * size.x.out;
  if (pixels == 0) return nullptr;  // a grid of no blocks is an error
  find_class<<<blocks_for(pixels), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      logits, size, pixels, label, probability);
  return launch_error();
}

template const char* upsample_argmax_cuda(const float*, const Upsampling&, int64_t*, float*, void*);
template const char* upsample_argmax_cuda(const double*, const Upsampling&, int64_t*, double*, void*);

}  // namespace mmcv
