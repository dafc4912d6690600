#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/rule_pack.h"
#include "signatures/signature.h"

namespace ktriage {

/// How much it says that two crashes share a function: little if it stands below many crash sites. Starts with what
/// the rule pack has learnt; a batch adds what it shows itself.
class FrameModel {
 public:
  explicit FrameModel(const SignatureRules& rules);

  /// Counts the frames of one crash site (not of one crash: a frequent bug makes its frames no commoner).
  void add_site(const Signature& signature);

  /// From 0.05 (on most stacks) to 1 (below this crash site only).
  double weight(std::string_view function) const;

 private:
  struct StringHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, double, StringHash, std::equal_to<>> known_;  // weights that the rule pack gives
  std::unordered_map<std::string, int, StringHash, std::equal_to<>> counted_;
  int counted_sites_ = 0;
};

}  // namespace ktriage
