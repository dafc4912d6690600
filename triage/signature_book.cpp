#include "triage/signature_book.h"

#include <string_view>
#include <tuple>
#include <utility>

namespace ktriage {

size_t SignatureBook::Hash::operator()(const Signature& signature) const {
  size_t out = std::hash<std::string_view>()(signature.id);
  const auto add = [&out](std::string_view text) { out = out * 31 + std::hash<std::string_view>()(text); };
  for (const auto& frame : signature.frames) add(frame.function);
  for (const auto& hint : signature.hints) add(hint);
  for (const auto& title : signature.titles) add(title);
  return out;
}

const Signature& SignatureBook::intern(Signature signature) {
  const std::lock_guard lock(mutex_);
  return entries_.try_emplace(std::move(signature)).first->first;
}

bool SignatureBook::claim(const Signature& signature, const Cleanness& cleanness, const Member& member) {
  const std::lock_guard lock(mutex_);
  Best& best = entries_[signature];
  const bool is_better =
      !best.is_known || cleanness > best.cleanness ||
      (cleanness == best.cleanness && std::tie(member.file, member.start_byte) < std::tie(best.file, best.start_byte));
  if (is_better) best = {true, cleanness, member.file, member.start_byte};
  return is_better;
}

}  // namespace ktriage
