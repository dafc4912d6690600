// Any bytes may stand in a journal. Read as they are, they hardly ever have the right checksums; so each line is also
// taken for an entry that was sealed rightly, as whoever edits a journal would.

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bisect/crash_places.h"
#include "bisect/journal.h"
#include "bisect/lab_json.h"
#include "bisect/resolved_commits.h"
#include "tests/fuzz/demand.h"

namespace {

using ktriage::fuzz::demand;

using Json = nlohmann::ordered_json;

Json to_json(const ktriage::LabEvent& event) {
  if (const auto* build = std::get_if<ktriage::BuildRecord>(&event.what)) return ktriage::to_json(*build);
  return ktriage::to_json(std::get<ktriage::RunRecord>(event.what));
}

void read_entry(const Json& entry) {
  const auto sealed = ktriage::journal_line(entry);
  const auto read = ktriage::read_journal(sealed);
  demand(read.entries.size() == 1 && read.good_bytes == sealed.size(), "a sealed line cannot be read");
  std::string problem;
  const auto event = ktriage::lab_event_from_json(read.entries.front(), problem);
  if (event) {
    const auto again = ktriage::lab_event_from_json(to_json(*event), problem);
    demand(again && again->what.index() == event->what.index(), "not kept");
  } else {
    demand(!problem.empty(), "a diagnostic without a word");
  }
  ktriage::crash_places_from_json(entry);
  ktriage::resolved_commits_from_json(entry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto journal = ktriage::read_journal(text);
  demand(journal.good_bytes <= size, "more good bytes than bytes");
  for (const auto& entry : journal.entries) read_entry(entry);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const auto entry = ktriage::parse_entry(text.substr(0, end));
    if (entry && !entry->empty()) read_entry(*entry);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
