#include "upsample_argmax.h"

#include <tuple>

#include "tensors.h"

namespace mmcv {
namespace {

Upsampling check(const Tensor& logits, int64_t height, int64_t width, bool align_corners) {
  STD_TORCH_CHECK(logits.dim() == 4, "upsample_argmax: logits must be (N, K, h, w)");
  STD_TORCH_CHECK(
      logits.size(1) > 0 && logits.size(2) > 0 && logits.size(3) > 0,
      "upsample_argmax: logits need at least one class and one pixel");
  STD_TORCH_CHECK(height > 0 && width > 0, "upsample_argmax: the size must be positive");
  return {logits.size(0), logits.size(1), {logits.size(2), height, align_corners}, {logits.size(3), width, align_corners}};
}

// label and probability, the latter without elements unless it is wanted
std::tuple<Tensor, Tensor> results(const Tensor& logits, const Upsampling& size, bool probability) {
  const int64_t n = size.samples, rows = size.y.out, columns = size.x.out;
  Tensor label = torch::stable::new_empty(logits, {n, rows, columns}, ScalarType::Long);
  Tensor chance = probability ? torch::stable::new_empty(logits, {n, rows, columns})
                              : torch::stable::new_empty(logits, {0});
  return {label, chance};
}

std::tuple<Tensor, Tensor> on_cpu(
    const Tensor& logits, int64_t height, int64_t width, bool align_corners, bool probability) {
  const Upsampling size = check(logits, height, width, align_corners);
  const bool channels_last = nhwc(logits).is_contiguous();
  const Tensor z = channels_last ? logits : torch::stable::contiguous(logits);
  auto [label, chance] = results(logits, size, probability);
  auto* labels = mutable_data(label, int64_t{});
  visit_floating(z, "upsample_argmax: logits", [&, &chance = chance](auto type) {
    upsample_argmax_cpu(data(z, type), channels_last, size, labels, probability ? mutable_data(chance, type) : nullptr);
  });
  return {label, chance};
}

#ifdef USE_CUDA
std::tuple<Tensor, Tensor> on_cuda(
    const Tensor& logits, int64_t height, int64_t width, bool align_corners, bool probability) {
  const Upsampling size = check(logits, height, width, align_corners);
  const torch::stable::accelerator::DeviceGuard guard(logits.get_device_index());
  const Tensor z = torch::stable::contiguous(logits);
  auto [label, chance] = results(logits, size, probability);
  auto* labels = mutable_data(label, int64_t{});
  visit_floating(z, "upsample_argmax: logits", [&, &chance = chance](auto type) {
    const char* error = upsample_argmax_cuda(
        data(z, type), size, labels, probability ? mutable_data(chance, type) : nullptr, current_stream(z));
    STD_TORCH_CHECK(error == nullptr, "upsample_argmax: CUDA says: ", error);
  });
  return {label, chance};
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("upsample_argmax(Tensor logits, SymInt height, SymInt width, bool align_corners, bool probability) "
        "-> (Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("upsample_argmax", TORCH_BOX(&mmcv::on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("upsample_argmax", TORCH_BOX(&mmcv::on_cuda));
}
#endif
