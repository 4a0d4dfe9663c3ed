#include "../psamask.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "grid.cuh"

namespace mmcv {
namespace {

template <class T>
__global__ void fill_dense(const T* masks, PsaMask shape, T* dense) {
  for (int64_t i = thread_index(); i < shape.dense_size(); i += thread_count()) {
    const int64_t column = i % shape.pixels(), row = i / shape.pixels() % shape.pixels();
    const int64_t source = shape.source(
        i / shape.pixels() / shape.pixels(), row / shape.width, row % shape.width, column / shape.width,
        column % shape.width);
    dense[i] = source < 0 ? static_cast<T>(0.0f) : masks[source];
  }
}

template <class T>
__global__ void fill_masks(const T* dense, PsaMask shape, T* masks) {
  for (int64_t i = thread_index(); i < shape.masks_size(); i += thread_count()) {
    const int64_t pixel = i % shape.pixels(), entry = i / shape.pixels() % shape.mask_size();
    const int64_t source = shape.in_dense(
        i / shape.pixels() / shape.mask_size(), entry / shape.mask_width, entry % shape.mask_width,
        pixel / shape.width, pixel % shape.width);
    masks[i] = source < 0 ? static_cast<T>(0.0f) : dense[source];
  }
}

}  // namespace

template <class T>
const char* psamask_cuda(const T* masks, const PsaMask& shape, T* dense, void* stream) {
  fill_dense<<<blocks_for(shape.dense_size()), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(masks, shape, dense);
  return launch_error();
}

template <class T>
const char* psamask_backward_cuda(const T* dense, const PsaMask& shape, T* masks, void* stream) {
  fill_masks<<<blocks_for(shape.masks_size()), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(dense, shape, masks);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                \
  template const char* psamask_cuda(const T*, const PsaMask&, T*, void*); \
  template const char* psamask_backward_cuda(const T*, const PsaMask&, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
