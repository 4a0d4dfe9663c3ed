// Included before each of the project's host wrappers: what they register for CUDA is registered for the CPU, and what they
// register for the CPU is not; every operator that is called is watched.
#pragma once

#include <torch/csrc/stable/library.h>

#include "emulator.h"

namespace emulator {

template <void (*boxed)(StableIValue*, uint64_t, uint64_t)>
void watched(StableIValue* stack, uint64_t arguments, uint64_t results) {
  const Operation operation;
  boxed(stack, arguments, results);
  operation.finish();
}

}  // namespace emulator

#undef TORCH_BOX
#define TORCH_BOX(function)                                                                         \
  emulator::watched<torch::stable::detail::boxer<                                                   \
      std::remove_pointer_t<std::remove_reference_t<decltype(function)>>, (function)>::boxed_fn>

#undef STABLE_TORCH_LIBRARY_IMPL
#define STABLE_TORCH_LIBRARY_IMPL(ns, key, m) EMULATOR_REGISTER_##key(ns, m)
#define EMULATOR_REGISTER_CUDA(ns, m) _STABLE_TORCH_LIBRARY_IMPL(ns, CPU, m, C10_UID)
#define EMULATOR_REGISTER_CPU(ns, m) \
  [[maybe_unused]] static void C10_CONCATENATE(emulator_left_out_, C10_UID)(torch::stable::detail::StableLibrary & m)
