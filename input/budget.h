#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "input/byte_stream.h"
#include "input/limits.h"

namespace ktriage {

/// What reading one unit has cost so far, against its limits. Once spent, it stays spent.
class Budget {
 public:
  /// `consumed`: how many bytes the unit's files have given so far. `limits` must outlive the budget.
  Budget(const InputLimits& limits, std::function<uint64_t()> consumed)
      : limits_(limits), consumed_(std::move(consumed)) {}

  /// `count` more bytes came out of a decoder; false if that is too much.
  bool spend_bytes(uint64_t count);
  bool spend_member();

  bool spent() const { return !reason_.empty(); }
  /// Why it is spent, in words.
  const std::string& reason() const { return reason_; }

 private:
  const InputLimits& limits_;
  std::function<uint64_t()> consumed_;
  uint64_t bytes_ = 0;
  uint64_t members_ = 0;
  std::string reason_;
};

/// Hands on what `reader` gives as long as the budget lasts, and fails then. Both must outlive the reader made.
class BudgetReader : public ByteStream {
 public:
  BudgetReader(ByteStream& reader, Budget& budget) : reader_(reader), budget_(budget) {}

  State read(std::string_view& bytes) override;
  std::string reason() const override { return budget_.spent() ? budget_.reason() : reader_.reason(); }

 private:
  ByteStream& reader_;
  Budget& budget_;
};

}  // namespace ktriage
