// Loops that stride over the whole grid, for any number of elements.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

namespace mmcv {

constexpr int kThreads = 256;

// Blocks for `size` elements, of kThreads each; at least one, as a grid of none is an error.
inline unsigned int blocks_for(int64_t size) {
  return static_cast<unsigned int>(std::clamp<int64_t>((size - 1) / kThreads + 1, 1, 1 << 20));
}

// What went wrong at a launch, or nullptr.
inline const char* launch_error() {
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

__device__ inline int64_t thread_index() { return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline int64_t thread_count() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

}  // namespace mmcv
