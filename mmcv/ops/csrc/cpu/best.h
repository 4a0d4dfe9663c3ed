// The class with the highest value in each column of a block.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "bilinear.h"
#include "blocks.h"

namespace mmcv {

// `best` and the class that has it first; value(k, x, z) gives z, the vector of class k from column x on. What is best so
// far stays in registers. NaN, which also comes of infinity and a weight of 0, wins never: not even in class 0, so that
// any class may be masked with -inf.
template <class T, class Value>
MMCV_INLINE void find_best(int64_t classes, const Value& value, T* best, int32_t* index) {
  constexpr int64_t bytes = 32, lanes = bytes / sizeof(T), count = 2;
  using Values = typename Lanes<T, bytes>::Vector;
  using Classes = typename Lanes<std::conditional_t<sizeof(T) == 4, int32_t, int64_t>, bytes>::Vector;
  for (int64_t x = 0; x < kBlock; x += count * lanes) {
    Values highest[count];
    Classes which[count] = {}, current = {};
    for (int64_t j = 0; j < count; ++j) highest[j] = Values{} - static_cast<T>(INFINITY);
    for (int64_t k = 0; k < classes; ++k) {
      for (int64_t j = 0; j < count; ++j) {
        Values z;
        value(k, x + j * lanes, z);
        const auto better = z > highest[j];
        which[j] = better ? current : which[j];
        highest[j] = better ? z : highest[j];
      }
      current += 1;
    }
    for (int64_t j = 0; j < count; ++j) {
      store(highest[j], best + x + j * lanes);
      for (int64_t i = 0; i < lanes; ++i) index[x + j * lanes + i] = static_cast<int32_t>(which[j][i]);
    }
  }
}

}  // namespace mmcv
