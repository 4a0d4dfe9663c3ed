// Neighbouring numbers, treated in blocks as wide as can be.
#pragma once

#include <cstdint>
#include <cstring>

#include "../simd.h"

namespace mmcv {

// `bytes` of neighbouring numbers.
template <class T, int bytes>
struct Lanes {
  typedef T Vector __attribute__((vector_size(bytes)));
};

// `count` vectors, or numbers.
template <class V, int n>
struct Block {
  using Vector = V;
  static constexpr int count = n;
};

// By reference: how vectors are passed depends on the processor that a function is compiled for.
template <class V, class T>
MMCV_INLINE void load(const T* from, V& vector) {
  std::memcpy(&vector, from, sizeof vector);
}

template <class V, class T>
MMCV_INLINE void store(const V& vector, T* to) {
  std::memcpy(to, &vector, sizeof vector);
}

// part(block, first) for blocks that cover the numbers 0 ... size - 1.
template <class T, class Part>
MMCV_INLINE void over_blocks(int64_t size, const Part& part) {
  using Whole = typename Lanes<T, 64>::Vector;
  using Half = typename Lanes<T, 32>::Vector;
  constexpr int64_t full = 64 / sizeof(T);
  int64_t i = 0;
  for (; i + 4 * full <= size; i += 4 * full) part(Block<Whole, 4>{}, i);
  for (; i + 2 * full <= size; i += 2 * full) part(Block<Whole, 2>{}, i);
  for (; i + full <= size; i += full) part(Block<Whole, 1>{}, i);
  for (; i + full / 2 <= size; i += full / 2) part(Block<Half, 1>{}, i);
  for (; i < size; ++i) part(Block<T, 1>{}, i);
}

}  // namespace mmcv
