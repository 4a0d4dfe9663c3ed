// The kernels of confusion_matrix, over plain pointers: only confusion_matrix.cpp knows tensors.
#pragma once

#include <cstdint>

#include "simd.h"

namespace mmcv {

// Classes 0..K-1 keep their index; whatever lies outside, negative values too, shares index K.
MMCV_HOST_DEVICE inline int64_t class_index(int64_t value, int64_t num_classes) {
  return static_cast<uint64_t>(value) < static_cast<uint64_t>(num_classes) ? value : num_classes;
}

// Both add the `numel` pixels to `total`, a zeroed (num_classes + 1, num_classes + 1) matrix: row = label, column =
// prediction. P, L and T are uint8_t, int16_t, int32_t or int64_t.
template <class P, class L>
void confusion_matrix_cpu(
    const P* pred, const L* label, int64_t numel, int64_t num_classes, int64_t ignore_index, int64_t* total);

// On the given stream (a cudaStream_t) of the current device. Returns nullptr, or what went wrong.
template <class T>
const char* confusion_matrix_cuda(
    const T* pred, const T* label, int64_t numel, int64_t num_classes, int64_t ignore_index, int64_t* total,
    void* stream);

}  // namespace mmcv
