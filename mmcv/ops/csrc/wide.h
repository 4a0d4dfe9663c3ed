#pragma once

#include <type_traits>

namespace mmcv {

// What values of type T are computed in: double for double, float for everything narrower.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

}  // namespace mmcv
