#include "prelu_backward.h"

#include <tuple>

#include "tensors.h"

namespace mmcv {
namespace {

std::tuple<Tensor, Tensor> prelu_backward(const Tensor& grad, const Tensor& x, const Tensor& weight) {
  STD_TORCH_CHECK(x.dim() >= 2, "prelu_backward: x must be (N, C, ...)");
  STD_TORCH_CHECK(
      weight.dim() == 1 && weight.size(0) == x.size(1), "prelu_backward: weight must have a value per channel");
  bool same = grad.dim() == x.dim();
  for (int64_t dim = 0; same && dim < x.dim(); ++dim) same = grad.size(dim) == x.size(dim);
  STD_TORCH_CHECK(same, "prelu_backward: grad must have the shape of x");
  STD_TORCH_CHECK(
      grad.scalar_type() == x.scalar_type() && weight.scalar_type() == x.scalar_type(),
      "prelu_backward: grad, x and weight must be of one type");
  const Tensor map = torch::stable::contiguous(x), slope = torch::stable::contiguous(weight);
  const Tensor from = torch::stable::contiguous(grad);
  Tensor by_x = torch::stable::empty_like(map), by_weight = torch::stable::empty_like(slope);
  const int64_t planes = x.size(0) * x.size(1);
  visit_floating(map, "prelu_backward: x", [&](auto type) {
    prelu_backward_cpu(
        x.size(0), x.size(1), planes ? x.numel() / planes : 0, data(from, type), data(map, type), data(slope, type),
        mutable_data(by_x, type), mutable_data(by_weight, type));
  });
  return {by_x, by_weight};
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("prelu_backward(Tensor grad, Tensor x, Tensor weight) -> (Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("prelu_backward", TORCH_BOX(&mmcv::prelu_backward));
}
