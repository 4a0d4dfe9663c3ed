#include "focal_loss.h"

#include "tensors.h"

namespace mmcv {
namespace {

enum Kind { kSigmoid, kSoftmax };

std::string name(Kind kind) { return kind == kSigmoid ? "sigmoid_focal_loss" : "softmax_focal_loss"; }

void check(const std::string& name, const Tensor& input, const Tensor& target) {
  STD_TORCH_CHECK(
      input.dim() == 2 && target.dim() == 1 && input.size(0) == target.size(0), name,
      ": input must be (N, C) and target (N,)");
  STD_TORCH_CHECK(target.scalar_type() == ScalarType::Long, name, ": target must hold int64");
  STD_TORCH_CHECK(input.device() == target.device(), name, ": input and target must be on the same device");
}

void check_grad(const std::string& name, const Tensor& grad, const Tensor& input, int64_t dim) {
  STD_TORCH_CHECK(
      grad.dim() == dim && grad.size(0) == input.size(0) && (dim == 1 || grad.size(1) == input.size(1)), name,
      ": grad must have the shape of the loss");
  STD_TORCH_CHECK(
      grad.device() == input.device() && grad.scalar_type() == input.scalar_type(), name,
      ": grad and input must have the same type and be on the same device");
}

// All contiguous; `grad` is nullptr for the loss itself.
template <Kind kind>
void run(const std::string& name, const Tensor& x, const Tensor& target, const Tensor* grad, const FocalLoss& loss,
         Tensor& out) {
  run_floating(
      name, x,
      [&](auto type) {
        using T = decltype(type);
        constexpr auto kernel = kind == kSigmoid ? &sigmoid_focal_loss_cpu<T> : &softmax_focal_loss_cpu<T>;
        const T* g = grad ? data(*grad, type) : nullptr;
        kernel(data(x, type), data(target, int64_t{}), g, loss, mutable_data(out, type));
      },
      [&](auto type, void* stream) {
        using T = decltype(type);
        constexpr auto kernel = kind == kSigmoid ? &sigmoid_focal_loss_cuda<T> : &softmax_focal_loss_cuda<T>;
        const T* g = grad ? data(*grad, type) : nullptr;
        return kernel(data(x, type), data(target, int64_t{}), g, loss, mutable_data(out, type), stream);
      });
}

template <Kind kind>
Tensor forward(const Tensor& input, const Tensor& target, double gamma, double alpha) {
  check(name(kind), input, target);
  const Tensor x = torch::stable::contiguous(input), t = torch::stable::contiguous(target);
  Tensor out = kind == kSigmoid ? torch::stable::empty_like(x) : torch::stable::new_empty(x, {x.size(0)});
  run<kind>(name(kind), x, t, nullptr, {x.size(0), x.size(1), gamma, alpha}, out);
  return out;
}

template <Kind kind>
Tensor backward(const Tensor& grad, const Tensor& input, const Tensor& target, double gamma, double alpha) {
  const std::string own_name = name(kind) + "_backward";
  check(own_name, input, target);
  check_grad(own_name, grad, input, kind == kSigmoid ? 2 : 1);
  const Tensor x = torch::stable::contiguous(input), t = torch::stable::contiguous(target);
  const Tensor g = torch::stable::contiguous(grad);
  Tensor out = torch::stable::empty_like(x);
  run<kind>(own_name, x, t, &g, {x.size(0), x.size(1), gamma, alpha}, out);
  return out;
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("sigmoid_focal_loss(Tensor input, Tensor target, float gamma, float alpha) -> Tensor");
  m.def("sigmoid_focal_loss_backward(Tensor grad, Tensor input, Tensor target, float gamma, float alpha) "
        "-> Tensor");
  m.def("softmax_focal_loss(Tensor input, Tensor target, float gamma, float alpha) -> Tensor");
  m.def("softmax_focal_loss_backward(Tensor grad, Tensor input, Tensor target, float gamma, float alpha) "
        "-> Tensor");
}

#define MMCV_IMPLEMENT(m)                                                           \
  m.impl("sigmoid_focal_loss", TORCH_BOX(&mmcv::forward<mmcv::kSigmoid>));           \
  m.impl("sigmoid_focal_loss_backward", TORCH_BOX(&mmcv::backward<mmcv::kSigmoid>)); \
  m.impl("softmax_focal_loss", TORCH_BOX(&mmcv::forward<mmcv::kSoftmax>));           \
  m.impl("softmax_focal_loss_backward", TORCH_BOX(&mmcv::backward<mmcv::kSoftmax>));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
