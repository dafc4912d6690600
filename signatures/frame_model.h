#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rules/rule_pack.h"
#include "signatures/signature.h"

namespace ktriage {

/// How much it says that two crashes share a function: little if it stands below many crash sites. Starts with what
/// the rule pack has learnt; a batch adds what it shows itself.
class FrameModel {
 public:
  explicit FrameModel(const SignatureRules& rules) : learnt_(rules.common), learnt_sites_(rules.sites) {}

  /// Counts the frames of one crash site (not of one crash: a frequent bug makes its frames no commoner).
  void add_site(const Signature& signature);

  /// From 0.05 (on most stacks) to 1 (below this crash site only).
  double weight(std::string_view function) const;

 private:
  std::map<std::string, int, std::less<>> learnt_;
  int learnt_sites_;
  std::map<std::string, int, std::less<>> counted_;
  int counted_sites_ = 0;
};

}  // namespace ktriage
