#include "../criss_cross_attention.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "../wide.h"
#include "grid.cuh"

namespace mmcv {
namespace {

// A thread a result. Neighbouring threads are neighbouring pixels: they read the same value of the row, and neighbouring
// ones of the columns.
template <class T>
__global__ void weight_kernel(const T* query, const T* key, Cross cross, T* weight) {
  const int64_t area = cross.area(), reach = cross.reach(), width = cross.width;
  for (int64_t at = thread_index(); at < cross.samples * reach * area; at += thread_count()) {
    const int64_t x = at % width, y = at / width % cross.height, i = at / area % reach;
    const int64_t maps = at / area / reach * cross.channels * area;
    const T* own = query + maps + y * width + x;
    const T* other = key + maps + (i < width ? y * width + i : cross.row_of(i, y) * width + x);
    Wide<T> sum = 0;
    for (int64_t c = 0; c < cross.channels; ++c) {
      sum += static_cast<Wide<T>>(own[c * area]) * static_cast<Wide<T>>(other[c * area]);
    }
    weight[at] = static_cast<T>(sum);
  }
}

template <class T>
__global__ void map_kernel(const T* weight, const T* value, Cross cross, T* out) {
  const int64_t area = cross.area(), width = cross.width;
  for (int64_t at = thread_index(); at < cross.samples * cross.channels * area; at += thread_count()) {
    const int64_t x = at % width, y = at / width % cross.height;
    const T* own = weight + at / area / cross.channels * cross.reach() * area + y * width + x;
    const T* plane = value + at / area * area;
    Wide<T> sum = 0;
    for (int64_t i = 0; i < width; ++i) {
      sum += static_cast<Wide<T>>(own[i * area]) * static_cast<Wide<T>>(plane[y * width + i]);
    }
    for (int64_t i = width; i < cross.reach(); ++i) {
      sum += static_cast<Wide<T>>(own[i * area]) * static_cast<Wide<T>>(plane[cross.row_of(i, y) * width + x]);
    }
    out[at] = static_cast<T>(sum);
  }
}

}  // namespace

template <class T>
const char* ca_weight_cuda(const T* query, const T* key, const Cross& cross, T* weight, void* stream) {
  const unsigned int blocks = blocks_for(cross.samples * cross.reach() * cross.area());
  weight_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(query, key, cross, weight);
  return launch_error();
}

template <class T>
const char* ca_map_cuda(const T* weight, const T* value, const Cross& cross, T* out, void* stream) {
  const unsigned int blocks = blocks_for(cross.samples * cross.channels * cross.area());
  map_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(weight, value, cross, out);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                            \
  template const char* ca_weight_cuda(const T*, const T*, const Cross&, T*, void*); \
  template const char* ca_map_cuda(const T*, const T*, const Cross&, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
