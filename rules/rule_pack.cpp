#include "rules/rule_pack.h"

#include <algorithm>

namespace ktriage {
namespace {

template <typename List>
const List* find_by_name(const std::vector<List>& lists, std::string_view name) {
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const List& list) { return list.name == name; });
  return found == lists.end() ? nullptr : &*found;
}

}  // namespace

bool Family::has_trigger(std::string_view line) const {
  return std::any_of(triggers.begin(), triggers.end(),
                     [&](const std::string& trigger) { return line.find(trigger) != std::string_view::npos; });
}

const Family* RulePack::find_family(std::string_view name) const { return find_by_name(families, name); }

const FrameList* RulePack::find_frame_list(std::string_view name) const { return find_by_name(frame_lists, name); }

const BucketList* RulePack::find_bucket_list(std::string_view name) const { return find_by_name(bucket_lists, name); }

}  // namespace ktriage
