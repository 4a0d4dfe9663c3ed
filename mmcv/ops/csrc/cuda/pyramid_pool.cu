#include "../pyramid_pool.h"

#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

#include "../wide.h"
#include "grid.cuh"

namespace mmcv {
namespace {

// What a thread works on: image n and channel c of `items` cells, bins or pixels, in the order of the map in memory.
struct Place {
  int64_t n, c, item;

  __device__ Place(const Pyramid& p, int64_t index, int64_t items) {
    if (p.channels_last) {
      c = index % p.channels;
      item = index / p.channels % items;
    } else {
      item = index % items;
      c = index / items % p.channels;
    }
    n = index / items / p.channels;
  }

  // Where the same item lies in an array of `items` items a channel, in that order.
  __device__ int64_t at(const Pyramid& p, int64_t items, int64_t item) const {
    return p.channels_last ? (n * items + item) * p.channels + c : (n * p.channels + c) * items + item;
  }

  __device__ int64_t plane(const Pyramid& p) const { return n * p.channels + c; }
};

template <class T>
__global__ void sum_cells(Pyramid p, const T* x, Wide<T>* cells) {
  const int64_t total = p.samples * p.channels * p.cells();
  for (int64_t index = thread_index(); index < total; index += thread_count()) {
    const Place place(p, index, p.cells());
    const int64_t i = place.item / p.x.count, j = place.item % p.x.count;
    Wide<T> sum = 0;
    for (int64_t y = p.y.border[i]; y < p.y.border[i + 1]; ++y) {
      for (int64_t column = p.x.border[j]; column < p.x.border[j + 1]; ++column) {
        sum += static_cast<Wide<T>>(x[place.at(p, p.height * p.width, y * p.width + column)]);
      }
    }
    cells[index] = sum;
  }
}

template <class T>
__global__ void average(Pyramid p, const Wide<T>* cells, T* pooled) {
  const int64_t total = p.samples * p.channels * p.bins;
  for (int64_t index = thread_index(); index < total; index += thread_count()) {
    const Place place(p, index, p.bins);
    const Bin bin = bin_at(p, place.item);
    Wide<T> sum = 0;
    for (int i = bin.top; i < bin.bottom; ++i) {
      for (int j = bin.left; j < bin.right; ++j) sum += cells[place.at(p, p.cells(), i * p.x.count + j)];
    }
    pooled[place.plane(p) * p.bins + place.item] = static_cast<T>(sum / static_cast<Wide<T>>(bin.area));
  }
}

// A cell collects from the bins that hold it: bin i holds a pixel y where i is from floor(y * size / H) to
// ceil((y + 1) * size / H) - 1.
template <class T>
__global__ void distribute(Pyramid p, const T* grad, Wide<T>* cells) {
  const int64_t total = p.samples * p.channels * p.cells();
  for (int64_t index = thread_index(); index < total; index += thread_count()) {
    const Place place(p, index, p.cells());
    const int64_t y = p.y.border[place.item / p.x.count], x = p.x.border[place.item % p.x.count];
    const T* bins = grad + place.plane(p) * p.bins;
    Wide<T> sum = 0;
    for (int level = 0; level < p.levels; ++level) {
      const int64_t size = p.size[level];
      for (int64_t i = y * size / p.height; i * p.height < (y + 1) * size; ++i) {
        const int64_t rows = bin_last(i, p.height, size) - bin_first(i, p.height, size);
        for (int64_t j = x * size / p.width; j * p.width < (x + 1) * size; ++j) {
          const int64_t columns = bin_last(j, p.width, size) - bin_first(j, p.width, size);
          sum += static_cast<Wide<T>>(bins[i * size + j]) / static_cast<Wide<T>>(rows * columns);
        }
      }
      bins += size * size;
    }
    cells[index] = sum;
  }
}

template <class T>
__global__ void fill(Pyramid p, const Wide<T>* cells, T* grad_x) {
  const int64_t pixels = p.height * p.width, total = p.samples * p.channels * pixels;
  for (int64_t index = thread_index(); index < total; index += thread_count()) {
    const Place place(p, index, pixels);
    const int cell = p.y.of(place.item / p.width) * p.x.count + p.x.of(place.item % p.width);
    grad_x[index] = static_cast<T>(cells[place.at(p, p.cells(), cell)]);
  }
}

}  // namespace

template <class T>
const char* pyramid_pool_cuda(const Pyramid& p, const T* x, void* cells, T* pooled, void* stream) {
  const int64_t planes = p.samples * p.channels;
  if (planes == 0) return nullptr;  // a grid of no blocks is an error
  auto* sums = static_cast<Wide<T>*>(cells);
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  sum_cells<<<blocks_for(planes * p.cells()), kThreads, 0, cuda_stream>>>(p, x, sums);
  average<<<blocks_for(planes * p.bins), kThreads, 0, cuda_stream>>>(p, sums, pooled);
  return launch_error();
}

template <class T>
const char* pyramid_pool_backward_cuda(const Pyramid& p, const T* grad, void* cells, T* grad_x, void* stream) {
  const int64_t planes = p.samples * p.channels;
  if (planes == 0) return nullptr;
  auto* sums = static_cast<Wide<T>*>(cells);
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  distribute<<<blocks_for(planes * p.cells()), kThreads, 0, cuda_stream>>>(p, grad, sums);
  fill<<<blocks_for(planes * p.height * p.width), kThreads, 0, cuda_stream>>>(p, sums, grad_x);
  return launch_error();
}

#define MMCV_INSTANTIATE(T)                                                                    \
  template const char* pyramid_pool_cuda(const Pyramid&, const T*, void*, T*, void*);          \
  template const char* pyramid_pool_backward_cuda(const Pyramid&, const T*, void*, T*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
