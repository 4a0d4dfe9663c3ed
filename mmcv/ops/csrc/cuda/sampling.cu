#include "../sampling.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "grid.cuh"

namespace mmcv {
namespace {

constexpr int kWarp = 32;

// One query and head.
template <class W, class Where>
struct Item {
  int64_t value;  // where its channels of the sample's first pixel begin
  int64_t first;  // its first point among those of all
  Origin<W> origin;

  __device__ Item(const Sampling& size, const Where& where, int64_t index) {
    const int64_t head = index % size.heads, query = index / size.heads;
    value = (query / size.queries * size.pixels * size.heads + head) * size.channels;
    first = index * size.points;
    origin = where.template origin<W>(query % size.queries);
  }
};

// A thread a result. Neighbouring threads are neighbouring channels: what they read lies side by side.
template <class T, class Where>
__global__ void forward(Sampling size, Where where, Samples<T> in, T* out) {
  using W = Wide<T>;
  const int64_t step = size.heads * size.channels;  // from pixel to pixel
  for (int64_t at = thread_index(); at < size.items() * size.channels; at += thread_count()) {
    const Item<W, Where> item(size, where, at / size.channels);
    const T* own = in.value + item.value + at % size.channels;
    W sum = 0;
    for (int p = 0; p < size.points; ++p) {
      const Point<W> point = where.template point<W>(p);
      if (!point.fits(size.pixels)) {
        sum = NAN;
        continue;
      }
      const W* place = in.place + 2 * (item.first + p);
      const W y = item.origin.y + (point.shift_y + place[1]) * point.scale_y;
      const W x = item.origin.x + (point.shift_x + place[0]) * point.scale_x;
      if (!point.holds(y, x)) continue;
      const Corners<W> corners(point, y, x);
      W sample = 0;
      for (int i = 0; i < 4; ++i) sample += corners.weight[i] * static_cast<W>(own[corners.pixel[i] * step]);
      sum += in.weight[item.first + p] * sample;
    }
    out[at] = static_cast<T>(sum);
  }
}

// The sum over the `lanes` neighbouring threads of an item, a power of two, at each of them.
template <class W>
__device__ W sum_over_lanes(W value, int lanes) {
  for (int mask = lanes / 2; mask > 0; mask /= 2) value += __shfl_xor_sync(~0u, value, mask);
  return value;
}

// The products of a point's gradient with the four corners, of the channels lane, lane + lanes, ...; its share in the
// gradient of the pixels is added on the way.
template <class T>
__device__ void dot_corners(
    const Sampling& size, const Corners<Wide<T>>& corners, const T* own, const T* grad, Wide<T> weight, int lane,
    int lanes, Wide<T>* grad_own, Wide<T> (&dots)[4]) {
  using W = Wide<T>;
  const int64_t step = size.heads * size.channels;
  for (int64_t c = lane; c < size.channels; c += lanes) {
    const W slope = static_cast<W>(grad[c]);
    for (int i = 0; i < 4; ++i) {
      const int64_t pixel = corners.pixel[i] * step + c;
      dots[i] += slope * static_cast<W>(own[pixel]);
      if (corners.weight[i] != W(0)) atomicAdd(grad_own + pixel, slope * weight * corners.weight[i]);
    }
  }
}

// `lanes` threads an item. All threads of a warp take the same turns, with or without an item left, as they add up
// together.
template <class T, class Where>
__global__ void backward(Sampling size, Where where, Samples<T> in, const T* grad, int lanes, SampleGradients<T> out) {
  using W = Wide<T>;
  const int lane = threadIdx.x % lanes, of_warp = kWarp / lanes;
  const int64_t own_of_warp = threadIdx.x % kWarp / lanes;
  for (int64_t first = thread_index() / kWarp * of_warp; first < size.items();
       first += thread_count() / kWarp * of_warp) {
    const bool is_there = first + own_of_warp < size.items();
    const int64_t index = is_there ? first + own_of_warp : 0;
    const Item<W, Where> item(size, where, index);
    for (int p = 0; p < size.points; ++p) {
      const Point<W> point = where.template point<W>(p);
      const bool fits = point.fits(size.pixels);
      const W* place = in.place + 2 * (item.first + p);
      const W weight = in.weight[item.first + p];
      const W y = item.origin.y + (point.shift_y + place[1]) * point.scale_y;
      const W x = item.origin.x + (point.shift_x + place[0]) * point.scale_x;
      W sums[3] = {0, 0, 0};  // the gradients of the weight, of y and of x
      if (is_there && fits && point.holds(y, x)) {
        const Corners<W> corners(point, y, x);
        W dots[4] = {0, 0, 0, 0};
        dot_corners(size, corners, in.value + item.value, grad + index * size.channels, weight, lane, lanes,
                    out.value + item.value, dots);
        for (int i = 0; i < 4; ++i) {
          sums[0] += corners.weight[i] * dots[i];
          sums[1] += corners.slope_y[i] * dots[i];
          sums[2] += corners.slope_x[i] * dots[i];
        }
      }
      for (int i = 0; i < 3; ++i) {
        const W total = sum_over_lanes(sums[i], lanes);
        sums[i] = fits ? total : W(NAN);
      }
      if (is_there && lane == 0) {
        out.weight[item.first + p] = sums[0];
        out.place[2 * (item.first + p) + 1] = weight * point.scale_y * sums[1];
        out.place[2 * (item.first + p)] = weight * point.scale_x * sums[2];
      }
    }
  }
}

}  // namespace

template <class T, class Where>
const char* sampling_cuda(const Sampling& size, const Where& where, const Samples<T>& in, T* out, void* stream) {
  const unsigned int blocks = blocks_for(size.items() * size.channels);
  forward<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(size, where, in, out);
  return launch_error();
}

template <class T, class Where>
const char* sampling_backward_cuda(
    const Sampling& size, const Where& where, const Samples<T>& in, const T* grad, const SampleGradients<T>& out,
    void* stream) {
  int lanes = 1;
  while (lanes < kWarp && lanes < size.channels) lanes *= 2;
  const unsigned int blocks = blocks_for(size.items() * lanes);
  backward<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(size, where, in, grad, lanes, out);
  return launch_error();
}

#define MMCV_INSTANTIATE_FOR(T, Where)                                                                               \
  template const char* sampling_cuda(const Sampling&, const Where&, const Samples<T>&, T*, void*);                   \
  template const char* sampling_backward_cuda(                                                                       \
      const Sampling&, const Where&, const Samples<T>&, const T*, const SampleGradients<T>&, void*);
#define MMCV_INSTANTIATE(T)       \
  MMCV_INSTANTIATE_FOR(T, Levels) \
  MMCV_INSTANTIATE_FOR(T, Taps)
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
