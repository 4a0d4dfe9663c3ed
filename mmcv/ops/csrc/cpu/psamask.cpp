#include "../psamask.h"

#include "../parallel.h"

namespace mmcv {

template <class T>
void psamask_cpu(const T* masks, const PsaMask& shape, T* dense) {
  parallel_for(shape.samples * shape.pixels(), 1, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t sample = row / shape.pixels(), pixel = row % shape.pixels();
      T* out = dense + row * shape.pixels();
      for (int64_t y = 0; y < shape.height; ++y) {
        for (int64_t x = 0; x < shape.width; ++x) {
          const int64_t source = shape.source(sample, pixel / shape.width, pixel % shape.width, y, x);
          *out++ = source < 0 ? T(0) : masks[source];
        }
      }
    }
  });
}

template <class T>
void psamask_backward_cpu(const T* dense, const PsaMask& shape, T* masks) {
  parallel_for(shape.samples * shape.mask_size(), 1, [&](int64_t first, int64_t last) {
    for (int64_t plane = first; plane < last; ++plane) {
      const int64_t sample = plane / shape.mask_size(), entry = plane % shape.mask_size();
      T* out = masks + plane * shape.pixels();
      for (int64_t y = 0; y < shape.height; ++y) {
        for (int64_t x = 0; x < shape.width; ++x) {
          const int64_t source = shape.in_dense(sample, entry / shape.mask_width, entry % shape.mask_width, y, x);
          *out++ = source < 0 ? T(0) : dense[source];
        }
      }
    }
  });
}

#define MMCV_INSTANTIATE(T)                                  \
  template void psamask_cpu(const T*, const PsaMask&, T*); \
  template void psamask_backward_cpu(const T*, const PsaMask&, T*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)

}  // namespace mmcv
