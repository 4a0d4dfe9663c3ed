#include "upsample_cross_entropy.h"

#include <optional>
#include <tuple>

#include "tensors.h"

namespace mmcv {
namespace {

using Weight = std::optional<Tensor>;

Upsampling check(const Tensor& logits, const Tensor& label, const Weight& weight, bool align_corners) {
  STD_TORCH_CHECK(
      logits.dim() == 4 && label.dim() == 3 && logits.size(0) == label.size(0),
      "upsample_cross_entropy: logits must be (N, K, h, w) and label (N, H, W)");
  STD_TORCH_CHECK(label.scalar_type() == ScalarType::Long, "upsample_cross_entropy: label must hold int64");
  STD_TORCH_CHECK(
      logits.size(1) > 0 && logits.size(2) > 0 && logits.size(3) > 0 && label.size(1) > 0 && label.size(2) > 0,
      "upsample_cross_entropy: logits and label need at least one class and one pixel");
  STD_TORCH_CHECK(
      !weight || (weight->dim() == 1 && weight->size(0) == logits.size(1)),
      "upsample_cross_entropy: weight must hold one number a class");
  STD_TORCH_CHECK(
      !weight || weight->scalar_type() == logits.scalar_type(),
      "upsample_cross_entropy: weight must be of the type of logits");
  STD_TORCH_CHECK(
      logits.device() == label.device() && (!weight || logits.device() == weight->device()),
      "upsample_cross_entropy: logits, label and weight must be on the same device");
  return {
      logits.size(0),
      logits.size(1),
      {logits.size(2), label.size(1), align_corners},
      {logits.size(3), label.size(2), align_corners}};
}

// The arguments as contiguous tensors, which must outlive the pointers taken from them.
struct Arguments {
  Upsampling size;
  Tensor logits, label;
  Weight weight;
  int64_t ignore_index;

  Arguments(const Tensor& z, const Tensor& y, const Weight& w, int64_t ignore, bool align_corners)
      : size(check(z, y, w, align_corners)),
        logits(torch::stable::contiguous(z)),
        label(torch::stable::contiguous(y)),
        ignore_index(ignore) {
    if (w) weight = torch::stable::contiguous(*w);
  }

  template <class T>
  CrossEntropy<T> as(T type) const {
    return {data(logits, type), data(label, int64_t{}), weight ? data(*weight, type) : nullptr, ignore_index, size};
  }

  Tensor new_map() const {
    return torch::stable::new_empty(logits, {size.samples, size.y.out, size.x.out});
  }
};

Tensor checked_map(const Tensor& map, const Arguments& in, const char* what) {
  STD_TORCH_CHECK(
      map.dim() == 3 && map.size(0) == in.label.size(0) && map.size(1) == in.label.size(1) &&
          map.size(2) == in.label.size(2) && map.scalar_type() == in.logits.scalar_type() &&
          map.device() == in.logits.device(),
      "upsample_cross_entropy_backward: ", what, " must have the shape of label, the type and device of logits");
  return torch::stable::contiguous(map);
}

// loss, logsumexp, hits
std::tuple<Tensor, Tensor, Tensor> on_cpu(
    const Tensor& logits, const Tensor& label, const Weight& weight, int64_t ignore_index, bool align_corners) {
  const Arguments in(logits, label, weight, ignore_index, align_corners);
  Tensor loss = in.new_map(), logsumexp = in.new_map();
  Tensor hits = torch::stable::new_zeros(label, {});
  visit_floating(logits, "upsample_cross_entropy: logits", [&](auto type) {
    STD_TORCH_CHECK(
        upsample_cross_entropy_cpu(
            in.as(type), mutable_data(loss, type), mutable_data(logsumexp, type), mutable_data(hits, int64_t{})),
        "upsample_cross_entropy: a label is neither a class, 0 to ", in.size.classes - 1, ", nor ignore_index, ",
        ignore_index);
  });
  return {loss, logsumexp, hits};
}

Tensor backward_on_cpu(
    const Tensor& grad_loss, const Tensor& logits, const Tensor& label, const Weight& weight, const Tensor& logsumexp,
    int64_t ignore_index, bool align_corners) {
  const Arguments in(logits, label, weight, ignore_index, align_corners);
  const Tensor grad = checked_map(grad_loss, in, "grad_loss"), lse = checked_map(logsumexp, in, "logsumexp");
  Tensor grad_logits = torch::stable::new_zeros(logits, logits.sizes());
  visit_floating(logits, "upsample_cross_entropy: logits", [&](auto type) {
    upsample_cross_entropy_backward_cpu(in.as(type), data(grad, type), data(lse, type), mutable_data(grad_logits, type));
  });
  return grad_logits;
}

#ifdef USE_CUDA
std::tuple<Tensor, Tensor, Tensor> on_cuda(
    const Tensor& logits, const Tensor& label, const Weight& weight, int64_t ignore_index, bool align_corners) {
  const torch::stable::accelerator::DeviceGuard guard(logits.get_device_index());
  const Arguments in(logits, label, weight, ignore_index, align_corners);
  Tensor loss = in.new_map(), logsumexp = in.new_map();
  Tensor hits = torch::stable::new_zeros(label, {});
  visit_floating(logits, "upsample_cross_entropy: logits", [&](auto type) {
    const char* error = upsample_cross_entropy_cuda(
        in.as(type), mutable_data(loss, type), mutable_data(logsumexp, type), mutable_data(hits, int64_t{}),
        current_stream(logits));
    STD_TORCH_CHECK(error == nullptr, "upsample_cross_entropy: CUDA says: ", error);
  });
  return {loss, logsumexp, hits};
}

Tensor backward_on_cuda(
    const Tensor& grad_loss, const Tensor& logits, const Tensor& label, const Weight& weight, const Tensor& logsumexp,
    int64_t ignore_index, bool align_corners) {
  const torch::stable::accelerator::DeviceGuard guard(logits.get_device_index());
  const Arguments in(logits, label, weight, ignore_index, align_corners);
  const Tensor grad = checked_map(grad_loss, in, "grad_loss"), lse = checked_map(logsumexp, in, "logsumexp");
  Tensor grad_logits = torch::stable::new_zeros(logits, logits.sizes());
  visit_floating(logits, "upsample_cross_entropy: logits", [&](auto type) {
    const char* error = upsample_cross_entropy_backward_cuda(
        in.as(type), data(grad, type), data(lse, type), mutable_data(grad_logits, type), current_stream(logits));
    STD_TORCH_CHECK(error == nullptr, "upsample_cross_entropy_backward: CUDA says: ", error);
  });
  return grad_logits;
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("upsample_cross_entropy(Tensor logits, Tensor label, Tensor? weight, int ignore_index, bool align_corners) "
        "-> (Tensor, Tensor, Tensor)");
  m.def("upsample_cross_entropy_backward(Tensor grad_loss, Tensor logits, Tensor label, Tensor? weight, "
        "Tensor logsumexp, int ignore_index, bool align_corners) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("upsample_cross_entropy", TORCH_BOX(&mmcv::on_cpu));
  m.impl("upsample_cross_entropy_backward", TORCH_BOX(&mmcv::backward_on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("upsample_cross_entropy", TORCH_BOX(&mmcv::on_cuda));
  m.impl("upsample_cross_entropy_backward", TORCH_BOX(&mmcv::backward_on_cuda));
}
#endif
