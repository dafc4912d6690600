#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "signatures/signature.h"
#include "triage/triage_result.h"

namespace ktriage {

/// The distinct signatures of a batch, each once, with a note of the best crash that has it. Thread-safe. Memory: that
/// of the distinct signatures.
class SignatureBook {
 public:
  /// The one that is equal; lives as long as the book.
  const Signature& intern(Signature signature);

  /// Is this crash better to look at than all before it that have `signature`? Then it is from now on the best. Of
  /// those that are equally clean the first by name wins, so that the order of coming does not matter in the end.
  bool claim(const Signature& signature, const Cleanness& cleanness, const Member& member);

 private:
  struct Hash {
    size_t operator()(const Signature& signature) const;
  };
  struct Best {
    bool is_known = false;
    Cleanness cleanness;
    std::string file;
    uint64_t start_byte = 0;
  };

  std::mutex mutex_;
  std::unordered_map<Signature, Best, Hash> entries_;
};

}  // namespace ktriage
