#include "input/budget.h"

#include <algorithm>

namespace ktriage {

bool Budget::spend_bytes(uint64_t count) {
  bytes_ += count;
  if (spent()) return false;
  if (bytes_ > limits_.unpacked_bytes) {
    reason_ = "unpacks to more than " + std::to_string(limits_.unpacked_bytes) + " bytes; the rest is not read";
  } else if (bytes_ > limits_.ratio_from_bytes && bytes_ / limits_.ratio >= std::max<uint64_t>(consumed_(), 1)) {
    reason_ = "unpacks to more than " + std::to_string(limits_.ratio) +
              " times its size, as a decompression bomb does; the rest is not read";
  }
  return !spent();
}

bool Budget::spend_member() {
  if (!spent() && ++members_ > limits_.members) {
    reason_ = "has more than " + std::to_string(limits_.members) + " members; the rest is not read";
  }
  return !spent();
}

ByteStream::State BudgetReader::read(std::string_view& bytes) {
  bytes = {};
  if (budget_.spent()) return State::Failed;
  const State state = reader_.read(bytes);
  if (state != State::Data || budget_.spend_bytes(bytes.size())) return state;
  bytes = {};
  return State::Failed;
}

}  // namespace ktriage
