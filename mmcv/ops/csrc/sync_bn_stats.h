// The kernels of sync_bn_stats, over plain pointers: only sync_bn_stats.cpp knows tensors.
//
// The values of a channel are cut into parts of a fixed size. A part fits into a cache, so that its mean and then its
// squared distances from that mean cost one read from memory. Parts of n_p values, mean m_p and squares M_p are joined
// without cancellation (Chan, Golub, LeVeque 1979), always in the same order, whatever the number of threads:
// m = sum n_p m_p / n, M = sum (M_p + n_p (m_p - m)^2).
#pragma once

#include <cstdint>

#include "simd.h"
#include "wide.h"

namespace mmcv {

// Where the values of a channel lie, and which of them make a part: x is `lines` stretches of `length` positions, each
// for itself x[channel][position], or x[position][channel] where `channels_last` (then everything is one line). A part
// is `part_length` positions of a line, the last one of it fewer.
struct Parts {
  int64_t lines, channels, length, part_length, a_line;
  bool channels_last;

  Parts(int64_t images, int64_t channel_count, int64_t pixels, bool last)
      : lines(last ? 1 : images), channels(channel_count), length(last ? images * pixels : pixels),
        part_length(last && channels > 256 ? 64 : last ? kValues / channels : kValues),
        a_line((length + part_length - 1) / part_length), channels_last(last) {}

  static constexpr int64_t kValues = 1 << 14;

  MMCV_HOST_DEVICE int64_t count() const { return lines * a_line; }
  MMCV_HOST_DEVICE int64_t line(int64_t part) const { return part / a_line; }
  MMCV_HOST_DEVICE int64_t first(int64_t part) const { return part % a_line * part_length; }
  MMCV_HOST_DEVICE int64_t size(int64_t part) const {
    const int64_t left = length - first(part);
    return left < part_length ? left : part_length;
  }
  MMCV_HOST_DEVICE int64_t values() const { return lines * length; }
};

// Both write (2, channels) to `stats`: means, then squares. `partial` has room for (parts, 2, channels).
// T is float, double, Half or BFloat16; there is at least one value.
template <class T>
void sync_bn_stats_cpu(const T* x, const Parts& parts, Wide<T>* partial, Wide<T>* stats);

// On the given stream (a cudaStream_t) of the current device. Returns nullptr, or what went wrong.
template <class T>
const char* sync_bn_stats_cuda(const T* x, const Parts& parts, Wide<T>* partial, Wide<T>* stats, void* stream);

}  // namespace mmcv
