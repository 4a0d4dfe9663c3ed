// Copies of few values, as parts of functions that are compiled for several processors.
#pragma once

#include <cstdint>
#include <cstring>

#include "../simd.h"

namespace mmcv {

// `count` values, in whole vectors. Of few the compiler itself would make `rep movs`, which takes longer to start than this
// does for a hundred of them.
template <class T>
MMCV_INLINE void copy_lanes(const T* from, int64_t count, T* to) {
  constexpr int64_t kBytes = 32, kValues = kBytes / sizeof(T);
  int64_t i = 0;
  for (; i + kValues <= count; i += kValues) std::memcpy(to + i, from + i, kBytes);
  for (; i < count; ++i) to[i] = from[i];
}

}  // namespace mmcv
