#include "psamask.h"

#include "tensors.h"

namespace mmcv {
namespace {

PsaMask describe(const std::string& name, const Tensor& x, int64_t psa_type, int64_t mask_height, int64_t mask_width) {
  STD_TORCH_CHECK(x.dim() == 4, name, ": the tensor must have four dimensions");
  STD_TORCH_CHECK(psa_type == 0 || psa_type == 1, name, ": psa_type must be 0 (collect) or 1 (distribute)");
  STD_TORCH_CHECK(
      mask_height > 0 && mask_width > 0 && mask_height <= INT32_MAX && mask_width <= INT32_MAX, name,
      ": the size of the mask must be positive");
  return {x.size(0), x.size(2), x.size(3), mask_height, mask_width, psa_type == 1};
}

Tensor forward(const Tensor& input, int64_t psa_type, int64_t mask_height, int64_t mask_width) {
  const PsaMask shape = describe("psamask", input, psa_type, mask_height, mask_width);
  STD_TORCH_CHECK(input.size(1) == shape.mask_size(), "psamask: input must have mask_height * mask_width channels");
  const Tensor x = torch::stable::contiguous(input);
  Tensor out = torch::stable::new_empty(x, {shape.samples, shape.pixels(), shape.height, shape.width});
  run_floating(
      "psamask", x, [&](auto type) { psamask_cpu(data(x, type), shape, mutable_data(out, type)); },
      [&](auto type, void* stream) { return psamask_cuda(data(x, type), shape, mutable_data(out, type), stream); });
  return out;
}

Tensor backward(const Tensor& grad, int64_t psa_type, int64_t mask_height, int64_t mask_width) {
  const PsaMask shape = describe("psamask_backward", grad, psa_type, mask_height, mask_width);
  STD_TORCH_CHECK(grad.size(1) == shape.pixels(), "psamask_backward: grad must have height * width channels");
  const Tensor g = torch::stable::contiguous(grad);
  Tensor out = torch::stable::new_empty(g, {shape.samples, shape.mask_size(), shape.height, shape.width});
  run_floating(
      "psamask_backward", g, [&](auto type) { psamask_backward_cpu(data(g, type), shape, mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return psamask_backward_cuda(data(g, type), shape, mutable_data(out, type), stream);
      });
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("psamask(Tensor input, int psa_type, int mask_height, int mask_width) -> Tensor");
  m.def("psamask_backward(Tensor grad, int psa_type, int mask_height, int mask_width) -> Tensor");
}

#define MMCV_IMPLEMENT(m)                       \
  m.impl("psamask", TORCH_BOX(&mmcv::forward)); \
  m.impl("psamask_backward", TORCH_BOX(&mmcv::backward));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
