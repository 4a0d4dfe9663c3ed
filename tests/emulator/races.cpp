// Finds races, and reads of what nobody has written: kernels compiled with -fsanitize=thread call the functions below
// wherever they read or write, and no other thread sanitizer is there.
//
// Two accesses of different threads, one of them a write, are a race unless both are atomic or something lies between
// them: a barrier of their block, a barrier of their warp, or the end of the launch.
#include "races.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "emulator.h"
#include "fiber.h"

namespace emulator {
namespace {

constexpr uintptr_t kPage = 4096;
constexpr size_t kMostPages = 3000;
constexpr int kWarps = 32;

struct Who {
  uint64_t bits = 0;  // 0: nobody

  static Who is(uint64_t block, uint64_t epoch, uint64_t warp_epoch, uint64_t thread, bool atomic) {
    return {1 | uint64_t{atomic} << 1 | thread << 2 | (warp_epoch & 0xfff) << 12 | (epoch & 0xffff) << 24 | block << 40};
  }
  bool atomic() const { return bits >> 1 & 1; }
  uint64_t thread() const { return bits >> 2 & 0x3ff; }
  uint64_t warp_epoch() const { return bits >> 12 & 0xfff; }
  uint64_t epoch() const { return bits >> 24 & 0xffff; }
  uint64_t block() const { return bits >> 40; }  // of the first 2^24 of a launch
  bool is_thread_of(Who other) const { return bits && thread() == other.thread() && block() == other.block(); }

  bool races_with(Who other) const {
    if (bits == 0 || is_thread_of(other) || (atomic() && other.atomic())) return false;
    if (block() != other.block()) return true;
    const bool of_warp = thread() / kWarps == other.thread() / kWarps;
    return epoch() == other.epoch() && !(of_warp && warp_epoch() != other.warp_epoch());
  }
};

struct Cell {
  Who writer, readers[2];
};

struct Page {
  uint64_t launch = 0;
  Cell cells[kPage];
};

struct Fresh {
  uintptr_t first, size;
  std::vector<bool> written;
};

bool on = false;  // set before anything is constructed

struct Log {
  const char* kernel = nullptr;  // nullptr between launches
  uint64_t launch = 0, block = 0, epoch = 0, warp_epochs[kWarps] = {};
  std::unordered_map<uintptr_t, std::unique_ptr<Page>> pages;
  uintptr_t last_number = 0;
  Page* last = nullptr;
  std::vector<Fresh> fresh;
};

Log log_of_all;

Page& page_of(uintptr_t address) {
  Log& log = log_of_all;
  const uintptr_t number = address / kPage;
  if (log.last == nullptr || log.last_number != number) {
    auto& page = log.pages[number];
    if (!page) page = std::make_unique<Page>();
    log.last = page.get();
    log.last_number = number;
  }
  if (log.last->launch != log.launch) {
    *log.last = Page{};
    log.last->launch = log.launch;
  }
  return *log.last;
}

void tell(const char* what, Who other, const void* address) {
  const dim3 thread = thread_index(), block = block_index();
  report("%s: %s: block (%u, %u), thread (%u, %u) at %p; the other is thread %d of %s", log_of_all.kernel, what,
         block.x, block.y, thread.x, thread.y, address, static_cast<int>(other.thread()),
         other.block() == log_of_all.block ? "this block" : "another one");
}

void see(uintptr_t address, Who self, Access kind) {
  Cell& cell = page_of(address).cells[address % kPage];
  const auto* pointer = reinterpret_cast<const void*>(address);
  if (cell.writer.races_with(self)) {
    tell(kind == Access::read ? "a race of a write and a read" : "a race of two writes", cell.writer, pointer);
  }
  if (kind == Access::read) {
    // The last of two different threads, so that whoever writes next finds another than itself.
    if (!cell.readers[0].is_thread_of(self)) cell.readers[1] = cell.readers[0];
    cell.readers[0] = self;
    return;
  }
  for (const Who reader : cell.readers) {
    if (reader.races_with(self)) tell("a race of a read and a write", reader, pointer);
  }
  cell = {self, {}};
}

void see_fresh(uintptr_t address, size_t size, Access kind) {
  for (Fresh& range : log_of_all.fresh) {
    if (address - range.first >= range.size) continue;
    for (uintptr_t i = address - range.first; i < std::min(address - range.first + size, range.size); ++i) {
      if (kind != Access::write && !range.written[i]) {
        tell("a read of what nobody has written", Who{}, reinterpret_cast<const void*>(address));
        return;
      }
      range.written[i] = true;
    }
  }
}

uint64_t number_of_thread() {
  const dim3 at = thread_index(), size = block_size();
  return (uint64_t{at.z} * size.y + at.y) * size.x + at.x;
}

}  // namespace

void access(const void* address, size_t size, Access kind) {
  Log& log = log_of_all;
  if (!on || log.kernel == nullptr || is_on_a_stack(address)) return;
  const uint64_t thread = number_of_thread();
  const Who self = Who::is(log.block, log.epoch, log.warp_epochs[thread / kWarps], thread, kind == Access::atomic);
  const auto first = reinterpret_cast<uintptr_t>(address);
  see_fresh(first, size, kind);
  for (size_t i = 0; i < size; ++i) see(first + i, self, kind);
}

void fresh(const void* address, size_t size) {
  Log& log = log_of_all;
  if (!on) return;
  const auto first = reinterpret_cast<uintptr_t>(address);
  if (log.kernel) {
    for (size_t i = 0; i < size; ++i) page_of(first + i).cells[(first + i) % kPage] = Cell{};
  }
  log.fresh.push_back({first, size, std::vector<bool>(size)});
}

void stale(const void* address) {
  auto& ranges = log_of_all.fresh;
  ranges.erase(
      std::remove_if(
          ranges.begin(), ranges.end(),
          [&](const Fresh& range) { return range.first == reinterpret_cast<uintptr_t>(address); }),
      ranges.end());
}

namespace races {

void begin_launch(const char* kernel) {
  log_of_all.kernel = kernel;
  ++log_of_all.launch;
  log_of_all.block = 0;
}

void end_launch() { log_of_all.kernel = nullptr; }

void begin_block() {
  ++log_of_all.block;
  log_of_all.epoch = 0;
  std::fill_n(log_of_all.warp_epochs, kWarps, 0);
}

void next_epoch() { ++log_of_all.epoch; }

void next_epoch_of_warp(int warp) { ++log_of_all.warp_epochs[warp]; }

void forget() {
  log_of_all.fresh.clear();
  if (log_of_all.pages.size() < kMostPages) return;
  log_of_all.pages.clear();
  log_of_all.last = nullptr;
}

}  // namespace races
}  // namespace emulator

#define EMULATOR_HOOK(name, size)                                                                                   \
  EMULATOR_HIDDEN void __tsan_read##name(void* at) { emulator::access(at, size, emulator::Access::read); }           \
  EMULATOR_HIDDEN void __tsan_write##name(void* at) { emulator::access(at, size, emulator::Access::write); }         \
  EMULATOR_HIDDEN void __tsan_volatile_read##name(void* at) { emulator::access(at, size, emulator::Access::read); } \
  EMULATOR_HIDDEN void __tsan_volatile_write##name(void* at) { emulator::access(at, size, emulator::Access::write); }
#define EMULATOR_HOOKS(size)           \
  EMULATOR_HOOK(size, size)            \
  EMULATOR_HIDDEN void __tsan_unaligned_read##size(void* at) { __tsan_read##size(at); } \
  EMULATOR_HIDDEN void __tsan_unaligned_write##size(void* at) { __tsan_write##size(at); }

extern "C" {
EMULATOR_HIDDEN void __tsan_init() { emulator::on = true; }
EMULATOR_HIDDEN void __tsan_func_entry(void*) {}
EMULATOR_HIDDEN void __tsan_func_exit() {}
EMULATOR_HOOKS(1)
EMULATOR_HOOKS(2)
EMULATOR_HOOKS(4)
EMULATOR_HOOKS(8)
EMULATOR_HOOKS(16)
EMULATOR_HIDDEN void __tsan_read_range(void* at, size_t size) { emulator::access(at, size, emulator::Access::read); }
EMULATOR_HIDDEN void __tsan_write_range(void* at, size_t size) { emulator::access(at, size, emulator::Access::write); }
}
