#pragma once

#include <algorithm>

#include "input/byte_stream.h"

namespace ktriage {

/// Reads bytes in memory, which must outlive it.
class MemoryReader : public ByteStream {
 public:
  explicit MemoryReader(std::string_view all) : all_(all) {}

  State read(std::string_view& bytes) override {
    bytes = all_.substr(at_);
    at_ = all_.size();
    return bytes.empty() ? State::End : State::Data;
  }
  std::string reason() const override { return {}; }
  bool seek(uint64_t offset) override {
    at_ = static_cast<size_t>(std::min<uint64_t>(offset, all_.size()));
    return true;
  }
  std::optional<uint64_t> size() const override { return all_.size(); }

 private:
  std::string_view all_;
  size_t at_ = 0;
};

}  // namespace ktriage
