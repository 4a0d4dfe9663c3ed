#include "confusion_matrix.h"

#include <algorithm>

#include "tensors.h"

namespace mmcv {
namespace {

void check(const Tensor& pred, const Tensor& label, int64_t num_classes) {
  const auto a = pred.sizes(), b = label.sizes();
  STD_TORCH_CHECK(
      a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin()),
      "confusion_matrix: pred and label must have the same shape");
  visit_integer(pred, "confusion_matrix: pred", [](auto) {});
  visit_integer(label, "confusion_matrix: label", [](auto) {});
  STD_TORCH_CHECK(pred.device() == label.device(), "confusion_matrix: pred and label must be on the same device");
  STD_TORCH_CHECK(
      num_classes > 0 && num_classes < 32768, "confusion_matrix: num_classes must lie in 1..32767, not ", num_classes);
}

Tensor zero_matrix(const Tensor& like, int64_t num_classes) {
  return torch::stable::new_zeros(like, {num_classes + 1, num_classes + 1}, ScalarType::Long);
}

Tensor on_cpu(const Tensor& pred, const Tensor& label, int64_t num_classes, int64_t ignore_index) {
  check(pred, label, num_classes);
  const Tensor p = torch::stable::contiguous(pred), l = torch::stable::contiguous(label);
  Tensor matrix = zero_matrix(pred, num_classes);
  auto* total = static_cast<int64_t*>(matrix.mutable_data_ptr());
  visit_integer(p, "confusion_matrix: pred", [&](auto pred_type) {
    visit_integer(l, "confusion_matrix: label", [&](auto label_type) {
      confusion_matrix_cpu(data(p, pred_type), data(l, label_type), p.numel(), num_classes, ignore_index, total);
    });
  });
  return matrix;
}

#ifdef USE_CUDA
Tensor on_cuda(const Tensor& pred, const Tensor& label, int64_t num_classes, int64_t ignore_index) {
  check(pred, label, num_classes);
  const torch::stable::accelerator::DeviceGuard guard(pred.get_device_index());
  // One type for both keeps the number of kernels small; a conversion is one cheap pass, and rarely needed.
  const bool alike = pred.scalar_type() == label.scalar_type();
  const auto common = alike ? pred.scalar_type() : ScalarType::Long;
  const Tensor p = torch::stable::contiguous(torch::stable::to(pred, common));
  const Tensor l = torch::stable::contiguous(torch::stable::to(label, common));
  Tensor matrix = zero_matrix(pred, num_classes);
  auto* total = static_cast<int64_t*>(matrix.mutable_data_ptr());
  visit_integer(p, "confusion_matrix: pred and label", [&](auto type) {
    const char* error = confusion_matrix_cuda(
        data(p, type), data(l, type), p.numel(), num_classes, ignore_index, total, current_stream(p));
    STD_TORCH_CHECK(error == nullptr, "confusion_matrix: CUDA says: ", error);
  });
  return matrix;
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("confusion_matrix(Tensor pred, Tensor label, int num_classes, int ignore_index) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("confusion_matrix", TORCH_BOX(&mmcv::on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("confusion_matrix", TORCH_BOX(&mmcv::on_cuda));
}
#endif
