#include "resample_argmax.h"

#include <algorithm>

#include "tensors.h"

namespace mmcv {
namespace {

// The arguments, contiguous.
struct Arguments {
  Tensor logits, rows, row_weights, columns, column_weights;

  int64_t views() const { return rows.size(0); }

  template <class T>
  Resampling<T> resampling(T type) const {
    return {data(logits, type), logits.size(0), logits.size(1), logits.size(2), views(),
            {data(rows, int64_t{}), data(row_weights, type), rows.size(1), rows.size(2)},
            {data(columns, int64_t{}), data(column_weights, type), columns.size(1), columns.size(2)}};
  }
};

Tensor checked_axis(const Tensor& index, const Tensor& weight, const Tensor& logits, const char* what) {
  STD_TORCH_CHECK(
      index.dim() == 3 && index.scalar_type() == ScalarType::Long && index.numel() > 0,
      "resample_argmax: ", what, " must be int64 (views, size, taps) with at least one of each");
  const auto a = index.sizes(), b = weight.sizes();
  STD_TORCH_CHECK(
      a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin()) &&
          weight.scalar_type() == logits.scalar_type(),
      "resample_argmax: the weights of ", what, " must have its shape and the type of the logits");
  STD_TORCH_CHECK(
      index.device() == logits.device() && weight.device() == logits.device(),
      "resample_argmax: all tensors must be on one device");
  return torch::stable::contiguous(index);
}

Arguments check(
    const Tensor& logits, const Tensor& rows, const Tensor& row_weights, const Tensor& columns,
    const Tensor& column_weights) {
  STD_TORCH_CHECK(
      logits.dim() == 3 && logits.size(1) > 0 && logits.size(2) > 0,
      "resample_argmax: logits must be (N, K, pixels) with at least one class and one pixel");
  visit_floating(logits, "resample_argmax: logits", [](auto) {});
  const Tensor y = checked_axis(rows, row_weights, logits, "rows");
  const Tensor x = checked_axis(columns, column_weights, logits, "columns");
  STD_TORCH_CHECK(y.size(0) == x.size(0), "resample_argmax: rows and columns must be of the same number of views");
  return {torch::stable::contiguous(logits), y, torch::stable::contiguous(row_weights), x,
          torch::stable::contiguous(column_weights)};
}

Tensor empty_label(const Arguments& in) {
  return torch::stable::new_empty(
      in.logits, {in.logits.size(0), in.rows.size(1), in.columns.size(1)}, ScalarType::Long);
}

// Lowest and highest index of one view.
std::pair<int64_t, int64_t> range(const Tensor& index, int64_t view) {
  const int64_t count = index.size(1) * index.size(2);
  const int64_t* first = data(index, int64_t{}) + view * count;
  const auto [low, high] = std::minmax_element(first, first + count);
  return {*low, *high};
}

Tensor on_cpu(
    const Tensor& logits, const Tensor& rows, const Tensor& row_weights, const Tensor& columns,
    const Tensor& column_weights) {
  const Arguments in = check(logits, rows, row_weights, columns, column_weights);
  for (int64_t view = 0; view < in.views(); ++view) {
    const auto y = range(in.rows, view), x = range(in.columns, view);
    STD_TORCH_CHECK(
        y.first >= 0 && x.first >= 0 && y.second + x.second < in.logits.size(2),
        "resample_argmax: an index lies beyond the pixels");
  }
  Tensor label = empty_label(in);
  auto* labels = mutable_data(label, int64_t{});
  visit_floating(
      in.logits, "resample_argmax: logits", [&](auto type) { resample_argmax_cpu(in.resampling(type), labels); });
  return label;
}

#ifdef USE_CUDA
Tensor on_cuda(
    const Tensor& logits, const Tensor& rows, const Tensor& row_weights, const Tensor& columns,
    const Tensor& column_weights) {
  const Arguments in = check(logits, rows, row_weights, columns, column_weights);
  const torch::stable::accelerator::DeviceGuard guard(logits.get_device_index());
  Tensor label = empty_label(in);
  Tensor scratch = torch::stable::new_empty(in.logits, {in.views() > 1 ? 2 * in.views() * label.numel() : 0});
  auto* labels = mutable_data(label, int64_t{});
  visit_floating(in.logits, "resample_argmax: logits", [&](auto type) {
    const char* error =
        resample_argmax_cuda(in.resampling(type), mutable_data(scratch, type), labels, current_stream(in.logits));
    STD_TORCH_CHECK(error == nullptr, "resample_argmax: CUDA says: ", error);
  });
  return label;
}
#endif

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("resample_argmax(Tensor logits, Tensor rows, Tensor row_weights, Tensor columns, Tensor column_weights) "
        "-> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) {
  m.impl("resample_argmax", TORCH_BOX(&mmcv::on_cpu));
}

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) {
  m.impl("resample_argmax", TORCH_BOX(&mmcv::on_cuda));
}
#endif
