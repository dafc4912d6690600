#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ktriage {

/// Reads numbers from the front of `bytes`, never past their end: there every read gives 0 and failed() stays true.
/// Addresses and DWARF come in the byte order of the kernel's machine, which need not be ours.
class ByteReader {
 public:
  enum class Order : uint8_t { Little, Big };

  ByteReader(std::string_view bytes, Order order, size_t position = 0)
      : begin_(bytes.data()),
        at_(bytes.data() + (position < bytes.size() ? position : bytes.size())),
        end_(bytes.data() + bytes.size()),
        swap_(order == Order::Big),
        failed_(position > bytes.size()) {}

  bool failed() const { return failed_; }
  bool at_end() const { return at_ == end_; }
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  uint8_t u8() { return fixed<uint8_t>(); }
  uint16_t u16() { return fixed<uint16_t>(); }
  uint32_t u32() { return fixed<uint32_t>(); }
  uint64_t u64() { return fixed<uint64_t>(); }

  /// An unsigned number of 1 to 8 bytes; any other size fails.
  uint64_t number(size_t size) {
    switch (size) {
      case 1:
        return u8();
      case 2:
        return u16();
      case 4:
        return u32();
      case 8:
        return u64();
      case 3: {
        const uint64_t a = u8(), b = u8(), c = u8();
        return swap_ ? a << 16 | b << 8 | c : c << 16 | b << 8 | a;
      }
      default:
        return fail(), 0;
    }
  }

  uint64_t uleb() {
    if (at_ != end_ && (static_cast<uint8_t>(*at_) & 0x80) == 0) return static_cast<uint8_t>(*at_++);
    uint64_t value = 0;
    for (unsigned shift = 0; at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return fail(), 0;
  }

  int64_t sleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; at_ != end_;) {
      const auto byte = static_cast<uint8_t>(*at_++);
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      shift += 7;
      if ((byte & 0x80) != 0) continue;
      if ((byte & 0x40) != 0 && shift < 64) value |= ~uint64_t{0} << shift;
      return static_cast<int64_t>(value);
    }
    return fail(), 0;
  }

  void skip_leb() {
    while (at_ != end_) {
      if ((static_cast<uint8_t>(*at_++) & 0x80) == 0) return;
    }
    fail();
  }

  /// Up to a NUL, which is passed over.
  std::string_view text() {
    if (at_ == end_) return fail(), std::string_view();
    const auto* nul = static_cast<const char*>(std::memchr(at_, 0, left()));
    if (nul == nullptr) return fail(), std::string_view();
    const std::string_view found(at_, static_cast<size_t>(nul - at_));
    at_ = nul + 1;
    return found;
  }

  std::string_view bytes(uint64_t count) {
    if (count > left()) return fail(), std::string_view();
    const std::string_view found(at_, static_cast<size_t>(count));
    at_ += count;
    return found;
  }

  void skip(uint64_t count) {
    if (count > left()) return fail();
    at_ += count;
  }

  void seek(uint64_t position) {
    if (position > static_cast<uint64_t>(end_ - begin_)) return fail();
    at_ = begin_ + position;
  }

  void fail() {
    at_ = end_;
    failed_ = true;
  }

 private:
  template <typename T>
  T fixed() {
    if (left() < sizeof(T)) return fail(), T{0};
    T value;
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    if constexpr (sizeof(T) == 2) return swap_ ? static_cast<T>(__builtin_bswap16(value)) : value;
    if constexpr (sizeof(T) == 4) return swap_ ? __builtin_bswap32(value) : value;
    if constexpr (sizeof(T) == 8) return swap_ ? __builtin_bswap64(value) : value;
    return value;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  bool swap_;
  bool failed_;
};

}  // namespace ktriage
