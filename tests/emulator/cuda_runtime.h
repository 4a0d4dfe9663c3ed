// Stands in for CUDA's header where kernels run on a CPU; first on the include path. What is not here does not compile.
#pragma once

#include <math.h>  // exp(float) and the like in the global namespace, as nvcc has them

#include "emulator.h"

#ifdef __CUDACC__
#error "this header is for a compiler that knows nothing of CUDA"
#endif

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__
#define __launch_bounds__(...)  // translate.py tells the launches

#define threadIdx (::emulator::thread_index())
#define blockIdx (::emulator::block_index())
#define blockDim (::emulator::block_size())
#define gridDim (::emulator::grid_size())
constexpr int warpSize = 32;

using cudaStream_t = void*;
using cudaError_t = int;
constexpr cudaError_t cudaSuccess = 0;
inline cudaError_t cudaGetLastError() { return emulator::take_error(); }
inline const char* cudaGetErrorString(cudaError_t) { return emulator::last_error(); }

template <class T>
constexpr T min(T a, T b) {
  return b < a ? b : a;
}

template <class T>
constexpr T max(T a, T b) {
  return a < b ? b : a;
}

template <class T>
T __ldg(const T* address) {
  return *address;
}

#define EMULATOR_SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(EMULATOR_SITE) { emulator::barrier({file, line}); }
inline void __syncwarp(unsigned int mask = ~0u, EMULATOR_SITE) { emulator::ballot(mask, true, {file, line}, true); }

inline unsigned int __ballot_sync(unsigned int mask, int predicate, EMULATOR_SITE) {
  return emulator::ballot(mask, predicate != 0, {file, line}, false);
}
inline int __any_sync(unsigned int mask, int predicate, EMULATOR_SITE) {
  return emulator::ballot(mask, predicate != 0, {file, line}, false) != 0;
}
inline int __all_sync(unsigned int mask, int predicate, EMULATOR_SITE) {
  return emulator::ballot(mask, predicate == 0, {file, line}, false) == 0;
}

namespace emulator {

template <class T>
T shuffled(unsigned int mask, T value, int source, bool is_there, Site site) {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) >= 4, "shuffles move numbers of 4 or 8 bytes");
  shuffle(mask, &value, sizeof value, is_there ? source : lane(), site);
  return value;
}

// What the atomic functions of a device do, whose types are these and no others.
template <class T, class Change>
EMULATOR_UNSEEN T change(T* address, const Change& changed) {
  access(address, sizeof(T), Access::atomic);
  const T old = *address;
  *address = changed(old);
  return old;
}

template <class T>
constexpr bool is_counter = std::is_same_v<T, int> || std::is_same_v<T, unsigned int> ||
    std::is_same_v<T, unsigned long long>;

// The first lane of the running one's part of the warp, of `width` lanes.
inline int first_of_part(int width) { return lane() / width * width; }

}  // namespace emulator

template <class T>
T __shfl_sync(unsigned int mask, T value, int source, int width = 32, EMULATOR_SITE) {
  return emulator::shuffled(mask, value, emulator::first_of_part(width) + source % width, true, {file, line});
}
template <class T>
T __shfl_xor_sync(unsigned int mask, T value, int lanes, int width = 32, EMULATOR_SITE) {
  const int source = emulator::lane() ^ lanes;  // in a part before the own one, too
  return emulator::shuffled(mask, value, source, source < emulator::first_of_part(width) + width, {file, line});
}
template <class T>
T __shfl_up_sync(unsigned int mask, T value, unsigned int lanes, int width = 32, EMULATOR_SITE) {
  const int source = emulator::lane() - static_cast<int>(lanes);
  return emulator::shuffled(mask, value, source, source >= emulator::first_of_part(width), {file, line});
}
template <class T>
T __shfl_down_sync(unsigned int mask, T value, unsigned int lanes, int width = 32, EMULATOR_SITE) {
  const int source = emulator::lane() + static_cast<int>(lanes);
  return emulator::shuffled(mask, value, source, source < emulator::first_of_part(width) + width, {file, line});
}

template <class T>
T atomicAdd(T* address, T value) {
  static_assert(emulator::is_counter<T> || std::is_floating_point_v<T>, "CUDA has no such atomicAdd");
  return emulator::change(address, [value](T old) { return old + value; });
}
template <class T>
T atomicMax(T* address, T value) {
  static_assert(emulator::is_counter<T>, "CUDA has no such atomicMax");
  return emulator::change(address, [value](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* address, T value) {
  static_assert(emulator::is_counter<T>, "CUDA has no such atomicMin");
  return emulator::change(address, [value](T old) { return value < old ? value : old; });
}
template <class T>
T atomicExch(T* address, T value) {
  static_assert(emulator::is_counter<T> || std::is_same_v<T, float>, "CUDA has no such atomicExch");
  return emulator::change(address, [value](T) { return value; });
}
template <class T>
T atomicCAS(T* address, T expected, T value) {
  static_assert(emulator::is_counter<T>, "CUDA has no such atomicCAS");
  return emulator::change(address, [=](T old) { return old == expected ? value : old; });
}
