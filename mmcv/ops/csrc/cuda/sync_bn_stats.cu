#include "../sync_bn_stats.h"

#include <cuda_runtime.h>
#include <torch/headeronly/util/BFloat16.h>
#include <torch/headeronly/util/Half.h>

namespace mmcv {
namespace {

constexpr int kThreads = 256;
constexpr int kColumns = 32, kRows = 8;  // of a block: channels side by side, and how many positions at a time

// The sum of `value` over the `kRows * kColumns / columns` threads of one column, at each of them.
// `shared` holds a value a thread. Always added up in the same order.
template <class T>
__device__ T sum_over_rows(T value, int row, int rows, int column, int columns, T* shared) {
  shared[row * columns + column] = value;
  __syncthreads();
  for (int half = rows / 2; half > 0; half /= 2) {
    if (row < half) shared[row * columns + column] += shared[(row + half) * columns + column];
    __syncthreads();
  }
  const T total = shared[column];
  __syncthreads();
  return total;
}

// Mean and squares of x[i * stride] for i = row, row + rows, ... below size, joined over the rows; written by row 0.
// A thread without a channel (`x` is nullptr) only takes part in the sums.
template <class T>
__device__ void part(
    const T* x, int64_t size, int64_t stride, int row, int rows, int column, int columns, Wide<T>* mean,
    Wide<T>* squares, Wide<T>* shared) {
  Wide<T> sum = 0;
  for (int64_t i = row; x && i < size; i += rows) sum += static_cast<Wide<T>>(x[i * stride]);
  const Wide<T> center = sum_over_rows(sum, row, rows, column, columns, shared) / static_cast<Wide<T>>(size);
  sum = 0;
  for (int64_t i = row; x && i < size; i += rows) {
    const Wide<T> distance = static_cast<Wide<T>>(x[i * stride]) - center;
    sum += distance * distance;
  }
  sum = sum_over_rows(sum, row, rows, column, columns, shared);
  if (x && row == 0) {
    *mean = center;
    *squares = sum;
  }
}

// A block takes a part of one channel.
template <class T>
__global__ void plain_parts(const T* x, Parts parts, Wide<T>* partial) {
  __shared__ Wide<T> shared[kThreads];
  const int64_t p = blockIdx.x / parts.channels, c = blockIdx.x % parts.channels;
  Wide<T>* mean = partial + 2 * p * parts.channels + c;
  part(x + (parts.line(p) * parts.channels + c) * parts.length + parts.first(p), parts.size(p), 1, threadIdx.x,
       kThreads, 0, 1, mean, mean + parts.channels, shared);
}

// A block takes a part of kColumns channels, which lie side by side.
template <class T>
__global__ void channels_last_parts(const T* x, Parts parts, Wide<T>* partial) {
  __shared__ Wide<T> shared[kThreads];
  const int64_t groups = (parts.channels + kColumns - 1) / kColumns;
  const int64_t p = blockIdx.x / groups, c = blockIdx.x % groups * kColumns + threadIdx.x;
  Wide<T>* mean = partial + 2 * p * parts.channels + c;
  part(c < parts.channels ? x + parts.first(p) * parts.channels + c : nullptr, parts.size(p), parts.channels,
       threadIdx.y, kRows, threadIdx.x, kColumns, mean, mean + parts.channels, shared);
}

// A block joins the parts of kColumns channels.
template <class T>
__global__ void join(Parts parts, const T* partial, T* stats) {
  __shared__ double shared[kThreads];
  const int64_t channels = parts.channels, c = static_cast<int64_t>(blockIdx.x) * kColumns + threadIdx.x;
  const int64_t count = c < channels ? parts.count() : 0;
  double sum = 0;
  for (int64_t p = threadIdx.y; p < count; p += kRows) {
    sum += static_cast<double>(parts.size(p)) / static_cast<double>(parts.values()) * partial[2 * p * channels + c];
  }
  const double mean = sum_over_rows(sum, threadIdx.y, kRows, threadIdx.x, kColumns, shared);
  sum = 0;
  for (int64_t p = threadIdx.y; p < count; p += kRows) {
    const double distance = partial[2 * p * channels + c] - mean;
    sum += partial[(2 * p + 1) * channels + c] + static_cast<double>(parts.size(p)) * distance * distance;
  }
  sum = sum_over_rows(sum, threadIdx.y, kRows, threadIdx.x, kColumns, shared);
  if (c < channels && threadIdx.y == 0) {
    stats[c] = static_cast<T>(mean);
    stats[channels + c] = static_cast<T>(sum);
  }
}

}  // namespace

template <class T>
const char* sync_bn_stats_cuda(const T* x, const Parts& parts, Wide<T>* partial, Wide<T>* stats, void* stream) {
  const auto cuda_stream = static_cast<cudaStream_t>(stream);
  const int64_t groups = (parts.channels + kColumns - 1) / kColumns;
  const int64_t blocks = parts.count() * (parts.channels_last ? groups : parts.channels);
  if (blocks > INT32_MAX) return "sync_bn_stats: x is too large for one launch";
  const dim3 tile(kColumns, kRows);
  if (parts.channels_last) {
    channels_last_parts<<<static_cast<unsigned int>(blocks), tile, 0, cuda_stream>>>(x, parts, partial);
  } else {
    plain_parts<<<static_cast<unsigned int>(blocks), kThreads, 0, cuda_stream>>>(x, parts, partial);
  }
  join<<<static_cast<unsigned int>(groups), tile, 0, cuda_stream>>>(parts, partial, stats);
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

#define MMCV_INSTANTIATE(T) \
  template const char* sync_bn_stats_cuda(const T*, const Parts&, Wide<T>*, Wide<T>*, void*);
MMCV_INSTANTIATE(float)
MMCV_INSTANTIATE(double)
MMCV_INSTANTIATE(torch::headeronly::Half)
MMCV_INSTANTIATE(torch::headeronly::BFloat16)

}  // namespace mmcv
