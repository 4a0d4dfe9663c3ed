#include "../carafe.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "../wide.h"
#include "grid.cuh"

namespace mmcv {
namespace {

// A thread a result, in every kernel: nothing is added by two, so the result is the same at every call. Neighbouring
// threads are neighbouring pixels.
template <class T>
__global__ void forward(const T* map, const T* mask, Carafe carafe, T* out) {
  const int64_t width = carafe.out_width(), area = carafe.out_area();
  for (int64_t at = thread_index(); at < carafe.samples * carafe.channels * area; at += thread_count()) {
    const int64_t pixel = at % area, plane = at / area, c = plane % carafe.channels, n = plane / carafe.channels;
    const int64_t top = pixel / width / carafe.scale - carafe.half(), left = pixel % width / carafe.scale - carafe.half();
    const T* own = map + plane * carafe.area();
    const T* weight = mask + (n * carafe.groups + c / carafe.channels_of_group()) * carafe.taps() * area + pixel;
    Wide<T> sum = 0;
    for (int64_t i = 0; i < carafe.kernel; ++i) {
      for (int64_t j = 0; j < carafe.kernel; ++j, weight += area) {
        const int64_t y = top + i, x = left + j;
        if (y < 0 || y >= carafe.height || x < 0 || x >= carafe.width) continue;
        sum += static_cast<Wide<T>>(*weight) * static_cast<Wide<T>>(own[y * carafe.width + x]);
      }
    }
    out[at] = static_cast<T>(sum);
  }
}

// A pixel of the map: tap (i, j) is that of the outputs whose own pixel lies K / 2 - i, K / 2 - j away.
template <class T>
__global__ void backward_map(const T* grad, const T* mask, Carafe carafe, T* grad_map) {
  const int64_t width = carafe.out_width(), area = carafe.out_area(), scale = carafe.scale;
  for (int64_t at = thread_index(); at < carafe.samples * carafe.channels * carafe.area(); at += thread_count()) {
    const int64_t pixel = at % carafe.area(), plane = at / carafe.area();
    const int64_t c = plane % carafe.channels, n = plane / carafe.channels;
    const T* slope = grad + plane * area;
    const T* weight = mask + (n * carafe.groups + c / carafe.channels_of_group()) * carafe.taps() * area;
    Wide<T> sum = 0;
    for (int64_t i = 0; i < carafe.kernel; ++i) {
      for (int64_t j = 0; j < carafe.kernel; ++j, weight += area) {
        const int64_t y = pixel / carafe.width + carafe.half() - i, x = pixel % carafe.width + carafe.half() - j;
        if (y < 0 || y >= carafe.height || x < 0 || x >= carafe.width) continue;
        for (int64_t v = y * scale; v < (y + 1) * scale; ++v) {
          for (int64_t u = x * scale; u < (x + 1) * scale; ++u) {
            sum += static_cast<Wide<T>>(weight[v * width + u]) * static_cast<Wide<T>>(slope[v * width + u]);
          }
        }
      }
    }
    grad_map[at] = static_cast<T>(sum);
  }
}

template <class T>
__global__ void backward_mask(const T* grad, const T* map, Carafe carafe, T* grad_mask) {
  const int64_t width = carafe.out_width(), area = carafe.out_area();
  for (int64_t at = thread_index(); at < carafe.samples * carafe.groups * carafe.taps() * area; at += thread_count()) {
    const int64_t pixel = at % area, tap = at / area % carafe.taps(), group = at / area / carafe.taps();
    const int64_t y = pixel / width / carafe.scale - carafe.half() + tap / carafe.kernel;
    const int64_t x = pixel % width / carafe.scale - carafe.half() + tap % carafe.kernel;
    Wide<T> sum = 0;
    if (y >= 0 && y < carafe.height && x >= 0 && x < carafe.width) {
      const int64_t first = group * carafe.channels_of_group();  // of the planes of all samples
      for (int64_t plane = first; plane < first + carafe.channels_of_group(); ++plane) {
        sum += static_cast<Wide<T>>(map[plane * carafe.area() + y * carafe.width + x]) *
            static_cast<Wide<T>>(grad[plane * area + pixel]);
      }
    }
    grad_mask[at] = static_cast<T>(sum);
  }
}

}  // namespace

template <class T>
const char* carafe_cuda(const T* map, const T* mask, const Carafe& carafe, T* out, void* stream) {
  const unsigned int blocks = blocks_for(carafe.samples * carafe.channels * carafe.out_area());
  forward<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(map, mask, carafe, out);
  return launch_error();
}

template <class T>
const char* carafe_backward_cuda(
    const T* grad, const T* map, const T* mask, const Carafe& carafe, T* grad_map, T* grad_mask, void* stream) {
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  const unsigned int of_map = blocks_for(carafe.samples * carafe.channels * carafe.area());
  backward_map<<<of_map, kThreads, 0, cuda_stream>>>(grad, mask, carafe, grad_map);
  const unsigned int of_mask = blocks_for(carafe.samples * carafe.groups * carafe.taps() * carafe.out_area());
  backward_mask<<<of_mask, kThreads, 0, cuda_stream>>>(grad, map, carafe, grad_mask);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                             \
  template const char* carafe_cuda(const T*, const T*, const Carafe&, T*, void*);      \
  template const char* carafe_backward_cuda(const T*, const T*, const T*, const Carafe&, T*, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
