#include "sync_bn_stats.h"

#include "tensors.h"

namespace mmcv {
namespace {

// Channels side by side at each position, images one after the other.
bool is_channels_last(const Tensor& x) {
  if (x.stride(1) != 1) return false;
  int64_t expected = x.size(1);
  for (int64_t d = x.dim() - 1; d > 1; --d) {
    if (x.size(d) != 1 && x.stride(d) != expected) return false;
    expected *= x.size(d);
  }
  return x.size(0) == 1 || x.stride(0) == expected;
}

// kernel(values of x, parts, partial, stats) on the device of x.
template <class Kernel>
Tensor run(const Tensor& input, const Kernel& kernel) {
  STD_TORCH_CHECK(input.dim() >= 2, "sync_bn_stats: x must be (N, C, ...)");
  const int64_t channels = input.size(1);
  const auto type = input.scalar_type() == ScalarType::Double ? ScalarType::Double : ScalarType::Float;
  Tensor stats = torch::stable::new_zeros(input, {2, channels}, type);
  const bool last = input.numel() > 0 && is_channels_last(input);
  const Tensor x = last ? input : torch::stable::contiguous(input);
  visit_floating<true>(x, "sync_bn_stats: x", [&](auto t) {
    if (x.numel() == 0) return;
    const Parts parts(x.size(0), channels, x.numel() / (x.size(0) * channels), last);
    Tensor partial = torch::stable::new_empty(x, {parts.count(), 2, channels}, type);
    const Wide<decltype(t)> wide{};
    kernel(data(x, t), parts, mutable_data(partial, wide), mutable_data(stats, wide));
  });
  return stats;
}

Tensor on_cpu(const Tensor& x) {
  return run(x, [](auto* values, const Parts& parts, auto* partial, auto* stats) {
    sync_bn_stats_cpu(values, parts, partial, stats);
  });
}

#ifdef USE_CUDA
Tensor on_cuda(const Tensor& x) {
  const torch::stable::accelerator::DeviceGuard guard(x.get_device_index());
  return run(x, [&](auto* values, const Parts& parts, auto* partial, auto* stats) {
    const char* error = sync_bn_stats_cuda(values, parts, partial, stats, current_stream(x));
    STD_TORCH_CHECK(error == nullptr, "sync_bn_stats: CUDA says: ", error);
  });
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("sync_bn_stats(Tensor x) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("sync_bn_stats", TORCH_BOX(&mmcv::on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("sync_bn_stats", TORCH_BOX(&mmcv::on_cuda));
}
#endif
