#include "../confusion_matrix.h"

#include <cstddef>
#include <mutex>
#include <vector>

#include "../parallel.h"

namespace mmcv {
namespace {

// Pixels that a thread takes at least; below that, waking a thread costs more than it saves.
constexpr int64_t kGrain = 1 << 16;

// Label maps are made of runs of equal pixels, so a run is counted in a register and added once.
template <class P, class L>
void count(
    const P* pred, const L* label, int64_t first, int64_t last, int64_t num_classes, int64_t ignore_index,
    int64_t* counts) {
  const int64_t width = num_classes + 1;
  int64_t bin = 0, run = 0;
  for (int64_t i = first; i < last; ++i) {
    const int64_t target = label[i];
    if (target == ignore_index) continue;
    const int64_t next = class_index(target, num_classes) * width + class_index(pred[i], num_classes);
    if (next != bin) {
      counts[bin] += run;
      bin = next;
      run = 0;
    }
    ++run;
  }
  counts[bin] += run;
}

}  // namespace

// Counts are integers: their sum does not depend on how the pixels were split among the threads.
template <class P, class L>
void confusion_matrix_cpu(
    const P* pred, const L* label, int64_t numel, int64_t num_classes, int64_t ignore_index, int64_t* total) {
  const int64_t bins = (num_classes + 1) * (num_classes + 1);
  // To add up the threads' matrices would take longer, and more memory.
  if (bins > numel) return count(pred, label, 0, numel, num_classes, ignore_index, total);
  std::mutex mutex;
  parallel_for(numel, kGrain, [&](int64_t first, int64_t last) {
    std::vector<int64_t> counts(static_cast<size_t>(bins));
    count(pred, label, first, last, num_classes, ignore_index, counts.data());
    const std::lock_guard<std::mutex> lock(mutex);
    for (size_t i = 0; i < counts.size(); ++i) total[i] += counts[i];
  });
}

#define MMCV_INSTANTIATE(P, L) \
  template void confusion_matrix_cpu(const P*, const L*, int64_t, int64_t, int64_t, int64_t*);
#define MMCV_INSTANTIATE_ALL(P)  \
  MMCV_INSTANTIATE(P, uint8_t)   \
  MMCV_INSTANTIATE(P, int16_t)   \
  MMCV_INSTANTIATE(P, int32_t)   \
  MMCV_INSTANTIATE(P, int64_t)
MMCV_INSTANTIATE_ALL(uint8_t)
MMCV_INSTANTIATE_ALL(int16_t)
MMCV_INSTANTIATE_ALL(int32_t)
MMCV_INSTANTIATE_ALL(int64_t)

}  // namespace mmcv
