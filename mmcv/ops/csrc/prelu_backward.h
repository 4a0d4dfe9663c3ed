// The kernel of prelu_backward, over plain pointers: only prelu_backward.cpp knows tensors.
#pragma once

#include <cstdint>

namespace mmcv {

// x, grad and by_x (samples, channels, length); weight and by_weight (channels). Each channel is added up in one order,
// whatever the number of threads.
template <class T>
void prelu_backward_cpu(
    int64_t samples, int64_t channels, int64_t length, const T* grad, const T* x, const T* weight, T* by_x,
    T* by_weight);

}  // namespace mmcv
