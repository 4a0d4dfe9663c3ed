#include "../confusion_matrix.h"

#include <cuda_runtime.h>

#include <algorithm>

namespace mmcv {
namespace {

using Counter = unsigned long long;

constexpr int kThreads = 256;
constexpr int64_t kRun = 16;                 // neighbouring pixels that a thread takes at a time
constexpr int64_t kMaxBlocks = 1024;         // bounds the work of adding up the blocks' matrices
constexpr int64_t kSharedBytes = 48 * 1024;  // what a block has on every architecture: enough for 109 classes

// A thread adds runs of equal pixels at once: neighbours are mostly alike, so this removes most of the atomics.
// `counts` is the block's own matrix in shared memory, or the result in global memory.
template <class C, class T>
__device__ void count(
    const T* pred, const T* label, int64_t numel, int64_t num_classes, int64_t ignore_index, C* counts) {
  const int64_t width = num_classes + 1;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x * kRun;
  for (int64_t first = thread * kRun; first < numel; first += step) {
    const int64_t last = min(first + kRun, numel);
    int64_t bin = 0;
    C run = 0;
    for (int64_t i = first; i < last; ++i) {
      const int64_t target = label[i];
      if (target == ignore_index) continue;
      const int64_t next = class_index(target, num_classes) * width + class_index(pred[i], num_classes);
      if (next != bin) {
        if (run) atomicAdd(counts + bin, run);
        bin = next;
        run = 0;
      }
      ++run;
    }
    if (run) atomicAdd(counts + bin, run);
  }
}

template <class T>
__global__ void count_shared(
    const T* pred, const T* label, int64_t numel, int64_t num_classes, int64_t ignore_index, Counter* total) {
  extern __shared__ unsigned int counts[];
  const int64_t bins = (num_classes + 1) * (num_classes + 1);
  for (int64_t i = threadIdx.x; i < bins; i += blockDim.x) counts[i] = 0;
  __syncthreads();
  count(pred, label, numel, num_classes, ignore_index, counts);
  __syncthreads();
  for (int64_t i = threadIdx.x; i < bins; i += blockDim.x) {
    if (counts[i]) atomicAdd(total + i, static_cast<Counter>(counts[i]));
  }
}

template <class T>
__global__ void count_global(
    const T* pred, const T* label, int64_t numel, int64_t num_classes, int64_t ignore_index, Counter* total) {
  count(pred, label, numel, num_classes, ignore_index, total);
}

}  // namespace

template <class T>
const char* confusion_matrix_cuda(
    const T* pred, const T* label, int64_t numel, int64_t num_classes, int64_t ignore_index, int64_t* total,
    void* stream) {
  if (numel == 0) return nullptr;  // a grid of no blocks is an error
  const int64_t shared = (num_classes + 1) * (num_classes + 1) * static_cast<int64_t>(sizeof(unsigned int));
  const auto blocks = static_cast<unsigned int>(std::min((numel - 1) / (kThreads * kRun) + 1, kMaxBlocks));
  auto* counters = reinterpret_cast<Counter*>(total);
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  if (shared <= kSharedBytes) {
    count_shared<<<blocks, kThreads, shared, cuda_stream>>>(pred, label, numel, num_classes, ignore_index, counters);
  } else {
    count_global<<<blocks, kThreads, 0, cuda_stream>>>(pred, label, numel, num_classes, ignore_index, counters);
  }
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

#define MMCV_INSTANTIATE(T)              \
  template const char* confusion_matrix_cuda( \
      const T*, const T*, int64_t, int64_t, int64_t, int64_t*, void*);
MMCV_INSTANTIATE(uint8_t)
MMCV_INSTANTIATE(int16_t)
MMCV_INSTANTIATE(int32_t)
MMCV_INSTANTIATE(int64_t)

}  // namespace mmcv
