#include "carafe.h"

#include <climits>
#include <tuple>

#include "tensors.h"

namespace mmcv {
namespace {

Carafe check(
    const std::string& name, const Tensor& features, const Tensor& masks, int64_t kernel, int64_t groups,
    int64_t scale) {
  STD_TORCH_CHECK(
      features.dim() == 4 && masks.dim() == 4 && features.size(0) == masks.size(0), name,
      ": features and masks must have four dimensions and the same number of samples");
  STD_TORCH_CHECK(
      kernel > 0 && kernel % 2 == 1 && kernel < SHRT_MAX && groups > 0 && groups <= INT_MAX && scale > 0 &&
          scale < SHRT_MAX,
      name, ": kernel_size must be odd and positive, group_size and scale_factor positive, and none of them huge");
  STD_TORCH_CHECK(features.size(1) % groups == 0, name, ": features must have a multiple of group_size channels");
  STD_TORCH_CHECK(
      masks.size(1) == groups * kernel * kernel && masks.size(2) == features.size(2) * scale &&
          masks.size(3) == features.size(3) * scale,
      name, ": masks must be (N, group_size * kernel_size^2, H * scale_factor, W * scale_factor)");
  STD_TORCH_CHECK(
      features.scalar_type() == masks.scalar_type() && features.device() == masks.device(), name,
      ": features and masks must be of the same type and on the same device");
  return {features.size(0), features.size(1), features.size(2), features.size(3), kernel, groups, scale};
}

Tensor carafe(const Tensor& features, const Tensor& masks, int64_t kernel_size, int64_t group_size, int64_t scale_factor) {
  const Carafe size = check("carafe", features, masks, kernel_size, group_size, scale_factor);
  const Tensor map = torch::stable::contiguous(features), mask = torch::stable::contiguous(masks);
  Tensor out = torch::stable::new_empty(map, {size.samples, size.channels, masks.size(2), masks.size(3)});
  run_floating(
      "carafe", map, [&](auto type) { carafe_cpu(data(map, type), data(mask, type), size, mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return carafe_cuda(data(map, type), data(mask, type), size, mutable_data(out, type), stream);
      });
  return out;
}

// The gradients of features and masks.
std::tuple<Tensor, Tensor> carafe_backward(
    const Tensor& grad, const Tensor& features, const Tensor& masks, int64_t kernel_size, int64_t group_size,
    int64_t scale_factor) {
  const Carafe size = check("carafe_backward", features, masks, kernel_size, group_size, scale_factor);
  STD_TORCH_CHECK(
      grad.dim() == 4 && grad.size(0) == size.samples && grad.size(1) == size.channels &&
          grad.size(2) == masks.size(2) && grad.size(3) == masks.size(3),
      "carafe_backward: the gradient must be (N, C, H * scale_factor, W * scale_factor)");
  STD_TORCH_CHECK(
      grad.scalar_type() == features.scalar_type() && grad.device() == features.device(),
      "carafe_backward: the gradient must be of the type of features and on their device");
  const Tensor map = torch::stable::contiguous(features), mask = torch::stable::contiguous(masks);
  const Tensor slope = torch::stable::contiguous(grad);
  Tensor grad_map = torch::stable::empty_like(map), grad_mask = torch::stable::empty_like(mask);
  run_floating(
      "carafe_backward", map,
      [&](auto type) {
        carafe_backward_cpu(
            data(slope, type), data(map, type), data(mask, type), size, mutable_data(grad_map, type),
            mutable_data(grad_mask, type));
      },
      [&](auto type, void* stream) {
        return carafe_backward_cuda(
            data(slope, type), data(map, type), data(mask, type), size, mutable_data(grad_map, type),
            mutable_data(grad_mask, type), stream);
      });
  return {grad_map, grad_mask};
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("carafe(Tensor features, Tensor masks, int kernel_size, int group_size, int scale_factor) -> Tensor");
  m.def("carafe_backward(Tensor grad, Tensor features, Tensor masks, int kernel_size, int group_size, "
        "int scale_factor) -> (Tensor, Tensor)");
}

#define MMCV_IMPLEMENT(m)                     \
  m.impl("carafe", TORCH_BOX(&mmcv::carafe)); \
  m.impl("carafe_backward", TORCH_BOX(&mmcv::carafe_backward));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
