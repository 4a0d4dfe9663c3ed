// torch's own thread pool for the CPU kernels, through the C functions of the stable ABI (quick to compile).
#pragma once

#include <torch/csrc/stable/c/shim.h>

#include <cstdint>
#include <stdexcept>

namespace mmcv {

// body(first, last) for ranges that cover [0, size), in parallel where a thread gets at least `grain` of them.
template <class Body>
void parallel_for(int64_t size, int64_t grain, const Body& body) {
  const auto call = [](int64_t first, int64_t last, void* context) {
    (*static_cast<const Body*>(context))(first, last);
  };
  if (torch_parallel_for(0, size, grain, call, const_cast<Body*>(&body)) != AOTI_TORCH_SUCCESS) {
    throw std::runtime_error("a CPU kernel failed in a worker thread, probably out of memory");
  }
}

}  // namespace mmcv
