// Huffman codes of a JPEG file (ITU-T T.81, annex F.2.2) are read for their lengths alone: what is wanted is copied, bit
// by bit as it stands, but for each row's first averages, which were differences to units that are left out.
#include "../jpeg_cut.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace mmcv {
namespace {

constexpr int kPeek = 11;       // bits by which words are looked up; two codes of them fit into a core's first cache
constexpr int kFront = 8;       // the same of one word alone
constexpr int kPadding = 1024;  // bytes behind the data, more than a block of 64 words of 32 bits
constexpr int kEnd = 128;       // in the place of a block's last coefficients
constexpr int64_t kBlock = 64;

// The bits of a scan without the zeros after 0xff, and where each stretch between two restarts begins.
struct Bits {
  Bits(const uint8_t* data, int64_t size) : bytes(static_cast<size_t>(size + kPadding)) {
    const uint8_t *from = data, *const end = data + size;
    uint8_t* to = bytes.data();
    starts.push_back(0);
    while (from < end) {
      const auto* mark = static_cast<const uint8_t*>(std::memchr(from, 0xff, static_cast<size_t>(end - from)));
      if (!mark) mark = end;
      to = std::copy(from, mark, to);
      if (end - mark < 2) break;
      from = mark + 2;
      if (mark[1] == 0) {
        *to++ = 0xff;
      } else if (mark[1] >= 0xd0 && mark[1] <= 0xd7) {
        starts.push_back(8 * (to - bytes.data()));
      } else if (mark[1] == 0xff) {
        from = mark + 1;  // a byte of filling
      } else {
        break;
      }
    }
    count = 8 * (to - bytes.data());
  }

  // From bit `at` on, the first one uppermost; 57 of them are there.
  uint64_t peek(int64_t at) const {
    uint64_t word = 0;
    const uint8_t* from = bytes.data() + (at >> 3);
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    std::memcpy(&word, from, 8);
    word = __builtin_bswap64(word);
#else
    for (int i = 0; i < 8; ++i) word = word << 8 | from[i];
#endif
    return word << (at & 7);
  }

  std::vector<uint8_t> bytes;
  std::vector<int64_t> starts;
  int64_t count;
};

// A word, and what follows it.
struct Symbol {
  int bits;   // of the word; 0: there is no such word
  int value;  // how many coefficients are zero before this one (upper half), and how many bits it has (lower half)
};

class Code {
 public:
  explicit Code(const uint8_t* code) : symbols_(code + 16) {
    int word = 0, index = 0;
    for (int bits = 1; bits <= 16; ++bits, word <<= 1) {
      first_[bits] = word, index_[bits] = index;
      for (int i = 0; i < code[bits - 1] && index < 256; ++i) words_[symbols_[index++]] = {bits, word++};
      end_[bits] = word;
    }
    for (uint64_t front = 0; front < fronts_.size(); ++front) {
      const Symbol symbol = search(front << (64 - kFront));
      if (symbol.bits <= kFront) fronts_[front] = symbol;
    }
  }

  Symbol read(uint64_t bits) const {
    const Symbol symbol = fronts_[bits >> (64 - kFront)];
    return symbol.bits ? symbol : search(bits);
  }

  Symbol word_of(int symbol) const { return words_[symbol]; }

 private:
  Symbol search(uint64_t bits) const {
    for (int length = 1; length <= 16; ++length) {
      const int word = static_cast<int>(bits >> (64 - length));
      if (word < end_[length]) {
        const int index = index_[length] + word - first_[length];
        return index < 0 || index > 255 ? Symbol{0, 0} : Symbol{length, symbols_[index]};
      }
    }
    return {0, 0};
  }

  const uint8_t* symbols_;
  int first_[17] = {}, index_[17] = {}, end_[17] = {};
  std::array<Symbol, 1 << kFront> fronts_{};
  std::array<Symbol, 256> words_{};  // the bits of the word of a symbol, and the word
};

// How far the words at the front of kPeek bits go: several at once where they are short.
struct Step {
  uint8_t bits;     // 0: by Code::read
  uint8_t advance;  // coefficients, kEnd more where the block ends
};

class Steps {
 public:
  explicit Steps(const Code& code) {
    for (uint64_t front = 0; front < steps_.size(); ++front) {
      Step& step = steps_[front];
      for (;;) {
        const Symbol symbol = code.read(front << (64 - kPeek) << step.bits);
        const int size = symbol.value & 15, zeros = symbol.value >> 4, bits = step.bits + symbol.bits + size;
        if (!symbol.bits || bits > kPeek) break;
        if (symbol.value == 0) {
          step = {static_cast<uint8_t>(bits), static_cast<uint8_t>(step.advance + kEnd)};
          break;
        }
        if ((!size && zeros != 15) || step.advance + zeros + 1 >= kBlock) break;
        step = {static_cast<uint8_t>(bits), static_cast<uint8_t>(step.advance + zeros + 1)};
      }
    }
  }

  Step operator[](uint64_t bits) const { return steps_[bits >> (64 - kPeek)]; }

 private:
  std::array<Step, 1 << kPeek> steps_{};
};

struct Component {
  explicit Component(const uint8_t* codes) : averages(codes), others(codes + kJpegCode), steps(others) {}
  Code averages, others;
  Steps steps;
  int average = 0, written = 0;  // of the last block, read and written
};

class Writer {
 public:
  void put(uint64_t bits, int count) {
    held_ = held_ << count | bits, count_ += count;
    if (count_ >= 32) write(32);
  }

  void copy(const Bits& bits, int64_t first, int64_t last) {
    for (; last - first >= 32; first += 32) put(bits.peek(first) >> 32, 32);
    if (first < last) put(bits.peek(first) >> (64 - (last - first)), static_cast<int>(last - first));
  }

  std::vector<uint8_t> finish() {
    const int rest = -count_ & 7;
    put((1u << rest) - 1, rest);
    write(count_);
    return std::move(out_);
  }

 private:
  // Of the bits that are held the first ones.
  void write(int bits) {
    uint8_t bytes[9];
    int size = 0;
    for (const int last = count_ - bits; count_ > last; count_ -= 8) {
      bytes[size++] = static_cast<uint8_t>(held_ >> (count_ - 8));
      bytes[size] = 0;
      size += bytes[size - 1] == 0xff;
    }
    out_.insert(out_.end(), bytes, bytes + size);
  }

  std::vector<uint8_t> out_;
  uint64_t held_ = 0;
  int count_ = 0;
};

class Cutter {
 public:
  explicit Cutter(const JpegScan& scan) : scan_(scan), bits_(scan.data, scan.size) {
    for (int i = 0; i < 3; ++i) components_[i] = std::make_unique<Component>(scan.codes + 2 * i * kJpegCode);
  }

  std::vector<uint8_t> cut() {
    for (int64_t y = 0; y < scan_.top + scan_.rows; ++y) {
      for (int64_t x = 0; x < scan_.across; ++x) {
        const bool is_wanted = y >= scan_.top && x >= scan_.left && x < scan_.left + scan_.columns;
        const bool is_anew = restart(y * scan_.across + x);
        if (!(is_wanted ? take(is_anew || x == scan_.left) : skip())) return {};
        if (x == scan_.left + scan_.columns - 1) flush();
      }
    }
    return writer_.finish();
  }

 private:
  // Whether the differences begin anew with this unit.
  bool restart(int64_t unit) {
    if (!scan_.restart || unit % scan_.restart || !unit) return false;
    flush();
    const auto index = static_cast<size_t>(unit / scan_.restart);
    at_ = index < bits_.starts.size() ? bits_.starts[index] : bits_.count;
    for (auto& component : components_) component->average = 0;
    return true;
  }

  void flush() {
    writer_.copy(bits_, wanted_, wanted_ == kNone ? kNone : at_);
    wanted_ = kNone;
  }

  bool skip() {
    for (int i = 0; i < 3; ++i) {
      for (int64_t block = 0; block < scan_.blocks[i]; ++block) {
        if (!read_average(*components_[i]) || !skip_others(*components_[i])) return false;
      }
    }
    return true;
  }

  bool take(bool with_new_averages) {
    if (wanted_ == kNone) wanted_ = at_;
    for (int i = 0; i < 3; ++i) {
      Component& component = *components_[i];
      for (int64_t block = 0; block < scan_.blocks[i]; ++block) {
        const int64_t before = at_;
        if (!read_average(component)) return false;
        if (with_new_averages && block == 0) {
          writer_.copy(bits_, wanted_, before);
          wanted_ = at_;
          if (!write_average(component)) return false;
        }
        if (!skip_others(component)) return false;
        component.written = component.average;
      }
    }
    return true;
  }

  bool read_average(Component& component) {
    if (at_ >= bits_.count) return false;
    const uint64_t bits = bits_.peek(at_);
    const Symbol symbol = component.averages.read(bits);
    if (!symbol.bits || symbol.value > 15) return false;
    at_ += symbol.bits + symbol.value;
    if (symbol.value) {
      const int raw = static_cast<int>(bits << symbol.bits >> (64 - symbol.value)), half = 1 << (symbol.value - 1);
      component.average += raw >= half ? raw : raw - 2 * half + 1;
    }
    return std::abs(component.average) < 1 << 20;  // no file of 8 bits has such ones
  }

  bool write_average(const Component& component) {
    const int difference = component.average - component.written;
    int size = 0;
    while (std::abs(difference) >> size) ++size;
    const Symbol word = size < 16 ? component.averages.word_of(size) : Symbol{0, 0};
    if (!word.bits) return false;
    const int raw = difference < 0 ? difference + (1 << size) - 1 : difference;
    writer_.put(static_cast<uint64_t>(word.value), word.bits);
    writer_.put(static_cast<uint64_t>(raw), size);
    return true;
  }

  bool skip_others(const Component& component) {
    int64_t place = 1;
    while (place < kBlock) {
      uint64_t bits = bits_.peek(at_);
      for (int rest = 57; rest >= kPeek;) {
        const Step step = component.steps[bits];
        const int64_t next = place + step.advance;
        const bool is_end = next >= kEnd;
        if (!step.bits || next - (is_end ? kEnd - 1 : 0) > kBlock) {  // a long word, or one of the next block among them
          if (!skip_one(component, place)) return false;
          break;
        }
        at_ += step.bits, rest -= step.bits, bits <<= step.bits, place = next;
        if (place >= kBlock) break;
      }
    }
    return at_ <= bits_.count;
  }

  bool skip_one(const Component& component, int64_t& place) {
    const Symbol symbol = component.others.read(bits_.peek(at_));
    const int size = symbol.value & 15, zeros = symbol.value >> 4;
    if (!symbol.bits || (!size && zeros != 15 && zeros != 0)) return false;
    at_ += symbol.bits + size;
    place = symbol.value ? place + zeros + 1 : kBlock;
    return place <= kBlock;
  }

  static constexpr int64_t kNone = -1;
  const JpegScan& scan_;
  const Bits bits_;
  std::unique_ptr<Component> components_[3];
  Writer writer_;
  int64_t at_ = 0, wanted_ = kNone;
};

}  // namespace

std::vector<uint8_t> jpeg_cut_cpu(const JpegScan& scan) { return Cutter(scan).cut(); }

}  // namespace mmcv
