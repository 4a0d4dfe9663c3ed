#include <climits>
#include <tuple>
#include <vector>

#include "sampling.h"
#include "tensors.h"

namespace mmcv {
namespace {

using Pair = std::vector<int64_t>;  // of y and x

// The windows of a convolution over a map (N, H, W, C).
Taps windows(
    const std::string& name, const Tensor& input, const Pair& kernel, const Pair& stride, const Pair& padding,
    const Pair& dilation, double scale, bool remove_center) {
  for (const Pair* pair : {&kernel, &stride, &padding, &dilation}) {
    STD_TORCH_CHECK(pair->size() == 2, name, ": kernel_size, stride, padding and dilation must be two numbers each");
  }
  const auto window = [&](int axis) {
    const int64_t in = input.size(1 + axis);
    STD_TORCH_CHECK(
        kernel[axis] > 0 && stride[axis] > 0 && dilation[axis] > 0 && padding[axis] >= 0 && kernel[axis] < SHRT_MAX &&
            stride[axis] < INT_MAX && dilation[axis] < INT_MAX && padding[axis] < INT_MAX,
        name, ": kernel_size, stride and dilation must be positive, padding 0 or more, and none of them huge");
    const int64_t room = in + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
    STD_TORCH_CHECK(in > 0 && room >= 0, name, ": the kernel must fit into the padded map");
    return Window{in, room / stride[axis] + 1, kernel[axis], stride[axis], padding[axis], dilation[axis]};
  };
  STD_TORCH_CHECK(
      !remove_center || (kernel[0] == kernel[1] && kernel[0] % 2 == 1), name,
      ": remove_center needs a square kernel of odd size");
  return {window(0), window(1), scale, remove_center};
}

// The arguments as contiguous tensors, which must outlive the pointers taken from them.
struct Arguments {
  std::string name;
  Tensor input, offset, mask;
  Taps taps;
  Sampling size;

  Arguments(
      const std::string& own_name, const Tensor& map, const Tensor& offsets, const Tensor& masks, const Pair& kernel,
      const Pair& stride, const Pair& padding, const Pair& dilation, int64_t group, double scale, bool remove_center)
      : name(own_name),
        input(torch::stable::contiguous(map)),
        offset(torch::stable::contiguous(offsets)),
        mask(torch::stable::contiguous(masks)) {
    STD_TORCH_CHECK(
        input.dim() == 4 && group > 0 && input.size(3) % group == 0, name,
        ": input must be (N, H, W, C) with as many channels as there are groups, or a multiple");
    taps = windows(name, input, kernel, stride, padding, dilation, scale, remove_center);
    size = {input.size(0), input.size(1) * input.size(2), taps.y.out * taps.x.out,
            group, input.size(3) / group, kernel[0] * kernel[1] - (remove_center ? 1 : 0)};
    check(offset, "offset", 2);
    check(mask, "mask", 1);
  }

  void check(const Tensor& tensor, const char* what, int64_t numbers) const {
    const int64_t channels = size.heads * size.points * numbers;
    STD_TORCH_CHECK(
        tensor.dim() == 4 && tensor.size(0) == size.samples && tensor.size(1) == taps.y.out &&
            tensor.size(2) == taps.x.out && tensor.size(3) == channels,
        name, ": ", what, " must be (N, ", taps.y.out, ", ", taps.x.out, ", ", channels, ")");
    STD_TORCH_CHECK(
        is_wide_of(tensor, input) && tensor.device() == input.device(), name, ": ", what,
        " must hold float64 where input does, else float32, and be on its device");
  }

  template <class T>
  Samples<T> as(T type) const {
    return {data(input, type), data(offset, Wide<T>{}), data(mask, Wide<T>{})};
  }
};

Tensor dcnv3(
    const Tensor& input, const Tensor& offset, const Tensor& mask, Pair kernel_size, Pair stride, Pair padding,
    Pair dilation, int64_t group, double offset_scale, bool remove_center) {
  const Arguments in(
      "dcnv3", input, offset, mask, kernel_size, stride, padding, dilation, group, offset_scale, remove_center);
  Tensor out = torch::stable::new_empty(in.input, {in.size.samples, in.taps.y.out, in.taps.x.out, input.size(3)});
  run_floating(
      in.name, in.input, [&](auto type) { sampling_cpu(in.size, in.taps, in.as(type), mutable_data(out, type)); },
      [&](auto type, void* stream) {
        return sampling_cuda(in.size, in.taps, in.as(type), mutable_data(out, type), stream);
      });
  return out;
}

// The gradients of input (in float32 where it is half), offset and mask.
std::tuple<Tensor, Tensor, Tensor> dcnv3_backward(
    const Tensor& grad, const Tensor& input, const Tensor& offset, const Tensor& mask, Pair kernel_size, Pair stride,
    Pair padding, Pair dilation, int64_t group, double offset_scale, bool remove_center) {
  const Arguments in(
      "dcnv3_backward", input, offset, mask, kernel_size, stride, padding, dilation, group, offset_scale,
      remove_center);
  STD_TORCH_CHECK(
      grad.dim() == 4 && grad.size(0) == in.size.samples && grad.size(1) == in.taps.y.out &&
          grad.size(2) == in.taps.x.out && grad.size(3) == input.size(3),
      in.name, ": the gradient must be (N, ", in.taps.y.out, ", ", in.taps.x.out, ", C)");
  STD_TORCH_CHECK(
      grad.scalar_type() == input.scalar_type() && grad.device() == input.device(), in.name,
      ": the gradient must be of the type of input and on its device");
  const Tensor slope = torch::stable::contiguous(grad);
  Tensor grad_input = torch::stable::new_zeros(
      in.input, {input.size(0), input.size(1), input.size(2), input.size(3)}, in.offset.scalar_type());
  Tensor grad_offset = torch::stable::empty_like(in.offset), grad_mask = torch::stable::empty_like(in.mask);
  const auto out = [&](auto type) {
    using T = decltype(type);
    const Wide<T> wide{};
    return SampleGradients<T>{
        mutable_data(grad_input, wide), mutable_data(grad_offset, wide), mutable_data(grad_mask, wide)};
  };
  run_floating(
      in.name, in.input,
      [&](auto type) { sampling_backward_cpu(in.size, in.taps, in.as(type), data(slope, type), out(type)); },
      [&](auto type, void* stream) {
        return sampling_backward_cuda(in.size, in.taps, in.as(type), data(slope, type), out(type), stream);
      });
  return {grad_input, grad_offset, grad_mask};
}

}  // namespace
}  // namespace mmcv

STABLE_TORCH_LIBRARY_FRAGMENT(mmcv, m) {
  m.def("dcnv3(Tensor input, Tensor offset, Tensor mask, int[] kernel_size, int[] stride, int[] padding, "
        "int[] dilation, int group, float offset_scale, bool remove_center) -> Tensor");
  m.def("dcnv3_backward(Tensor grad, Tensor input, Tensor offset, Tensor mask, int[] kernel_size, int[] stride, "
        "int[] padding, int[] dilation, int group, float offset_scale, bool remove_center) "
        "-> (Tensor, Tensor, Tensor)");
}

#define MMCV_IMPLEMENT(m)                   \
  m.impl("dcnv3", TORCH_BOX(&mmcv::dcnv3)); \
  m.impl("dcnv3_backward", TORCH_BOX(&mmcv::dcnv3_backward));

STABLE_TORCH_LIBRARY_IMPL(mmcv, CPU, m) { MMCV_IMPLEMENT(m) }

#ifdef USE_CUDA
STABLE_TORCH_LIBRARY_IMPL(mmcv, CUDA, m) { MMCV_IMPLEMENT(m) }
#endif
