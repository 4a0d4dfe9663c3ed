#include <climits>
#include <tuple>

#include "sampling.h"
#include "tensors.h"

namespace mmcv {
namespace {

// The arguments as contiguous tensors, which must outlive the pointers taken from them.
struct Arguments {
  std::string name;
  Tensor value, shapes, starts, place, weight;
  Sampling size;

  Arguments(
      const std::string& own_name, const Tensor& v, const Tensor& spatial_shapes, const Tensor& level_start_index,
      const Tensor& locations, const Tensor& weights)
      : name(own_name),
        value(torch::stable::contiguous(v)),
        shapes(torch::stable::contiguous(spatial_shapes)),
        starts(torch::stable::contiguous(level_start_index)),
        place(torch::stable::contiguous(locations)),
        weight(torch::stable::contiguous(weights)) {
    check_shapes();
    for (const Tensor* other : {&shapes, &starts, &place, &weight}) {
      STD_TORCH_CHECK(other->device() == value.device(), name, ": all tensors must be on the same device");
    }
    STD_TORCH_CHECK(
        shapes.scalar_type() == ScalarType::Long && starts.scalar_type() == ScalarType::Long, name,
        ": spatial_shapes and level_start_index must hold int64");
    STD_TORCH_CHECK(
        is_wide_of(place, value) && is_wide_of(weight, value), name,
        ": sampling_locations and attention_weights must hold float64 where value does, else float32");
    size = {value.size(0), value.size(1), place.size(1), value.size(2), value.size(3), place.size(3) * place.size(4)};
    STD_TORCH_CHECK(
        place.size(3) <= INT_MAX && place.size(4) <= INT_MAX && size.points <= INT_MAX, name, ": too many points");
    if (!value.is_cuda()) check_levels();
  }

  void check_shapes() const {
    STD_TORCH_CHECK(
        value.dim() == 4 && place.dim() == 6 && weight.dim() == 5, name,
        ": value must be (N, S, M, D), sampling_locations (N, Q, M, L, P, 2) and attention_weights (N, Q, M, L, P)");
    STD_TORCH_CHECK(
        place.size(0) == value.size(0) && place.size(2) == value.size(2) && place.size(5) == 2, name,
        ": sampling_locations must have the samples and heads of value, and two coordinates");
    for (int64_t d = 0; d < 5; ++d) {
      STD_TORCH_CHECK(
          weight.size(d) == place.size(d), name, ": attention_weights must have one number a sampling location");
    }
    const int64_t levels = place.size(3);
    STD_TORCH_CHECK(
        shapes.dim() == 2 && shapes.size(0) == levels && shapes.size(1) == 2 && starts.dim() == 1 &&
            starts.size(0) == levels,
        name, ": spatial_shapes must be (L, 2) and level_start_index (L,)");
  }

  // On a GPU the kernels look at the shapes themselves.
  void check_levels() const {
    for (int64_t p = 0; p < size.points; p += place.size(4)) {
      STD_TORCH_CHECK(
          levels().point<float>(static_cast<int>(p)).fits(size.pixels), name,
          ": the levels of spatial_shapes and level_start_index must lie within the pixels of value");
    }
  }

  Levels levels() const { return {data(shapes, int64_t{}), data(starts, int64_t{}), place.size(4)}; }

  template <class T>
  Samples<T> as(T type) const {
    return {data(value, type), data(place, Wide<T>{}), data(weight, Wide<T>{})};
  }
};

Tensor ms_deform_attn(
    const Tensor& value, const Tensor& spatial_shapes, const Tensor& level_start_index,
    const Tensor& sampling_locations, const Tensor& attention_weights) {
  const Arguments in(
      "ms_deform_attn", value, spatial_shapes, level_start_index, sampling_locations, attention_weights);
  Tensor out = torch::stable::new_empty(
      in.value, {in.size.samples, in.size.queries, in.size.heads * in.size.channels});
  run_floating(
      in.name, in.value,
      [&](auto type) { sampling_cpu(in.size, in.levels(), in.as(type), mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return sampling_cuda(in.size, in.levels(), in.as(type), mutable_data(out, type), stream);
      });
  return out;
}

// The gradients of value (in float32 where it is half), of the locations and of the weights.
std::tuple<Tensor, Tensor, Tensor> ms_deform_attn_backward(
    const Tensor& grad, const Tensor& value, const Tensor& spatial_shapes, const Tensor& level_start_index,
    const Tensor& sampling_locations, const Tensor& attention_weights) {
  const Arguments in(
      "ms_deform_attn_backward", value, spatial_shapes, level_start_index, sampling_locations, attention_weights);
  STD_TORCH_CHECK(
      grad.dim() == 3 && grad.size(0) == in.size.samples && grad.size(1) == in.size.queries &&
          grad.size(2) == in.size.heads * in.size.channels,
      in.name, ": the gradient must be (N, Q, M * D)");
  STD_TORCH_CHECK(
      grad.scalar_type() == value.scalar_type() && grad.device() == value.device(), in.name,
      ": the gradient must be of the type of value and on its device");
  const Tensor slope = torch::stable::contiguous(grad);
  Tensor grad_value = torch::stable::new_zeros(
      in.value, {value.size(0), value.size(1), value.size(2), value.size(3)}, in.place.scalar_type());
  Tensor grad_place = torch::stable::empty_like(in.place), grad_weight = torch::stable::empty_like(in.weight);
  const auto out = [&](auto type) {
    using T = decltype(type);
    const Wide<T> wide{};
    return SampleGradients<T>{
        mutable_data(grad_value, wide), mutable_data(grad_place, wide), mutable_data(grad_weight, wide)};
  };
  run_floating(
      in.name, in.value,
      [&](auto type) { sampling_backward_cpu(in.size, in.levels(), in.as(type), data(slope, type), out(type)); },
      [&](auto type, void* stream) {
        return sampling_backward_cuda(in.size, in.levels(), in.as(type), data(slope, type), out(type), stream);
      });
  return {grad_value, grad_place, grad_weight};
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("ms_deform_attn(Tensor value, Tensor spatial_shapes, Tensor level_start_index, Tensor sampling_locations, "
        "Tensor attention_weights) -> Tensor");
  m.def("ms_deform_attn_backward(Tensor grad, Tensor value, Tensor spatial_shapes, Tensor level_start_index, "
        "Tensor sampling_locations, Tensor attention_weights) -> (Tensor, Tensor, Tensor)");
}

#define MMCV_IMPLEMENT(m)                                     \
  m.impl("ms_deform_attn", TORCH_BOX(&mmcv::ms_deform_attn)); \
  m.impl("ms_deform_attn_backward", TORCH_BOX(&mmcv::ms_deform_attn_backward));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
