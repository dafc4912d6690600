#include "input/group_reader.h"

#include <sys/stat.h>

#include <algorithm>

#include "input/abrt.h"
#include "input/byte_source.h"
#include "input/pstore.h"
#include "input/small_file.h"

namespace ktriage {
namespace {

std::optional<int64_t> time_of_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return int64_t{status.st_mtim.tv_sec};
}

}  // namespace

// Records are some KiB each: they are small enough to be held, and have to be, as their order stands in them.
ContentEnd read_pstore_group(const InputUnit& unit, ReadContext& context) {
  std::vector<PstoreRecord> records;
  size_t held = 0;
  ContentEnd end = ContentEnd::Whole;
  for (const std::string& part : unit.parts) {
    if (!context.sink.keep_going()) return ContentEnd::Interrupted;
    const std::string path = unit.path + "/" + part;
    std::optional<std::string> data = read_small_file(path, context.limits.held_bytes - held);
    if (!data) {
      context.sink.damaged(part, "cannot be read");
      end = ContentEnd::Damaged;
      continue;
    }
    held += data->size();
    records.push_back({part, std::move(*data), time_of_file(path)});
    if (held < context.limits.held_bytes) continue;
    context.sink.damaged("", "more than " + std::to_string(held) + " bytes of pstore records; the rest is not read");
    end = ContentEnd::Damaged;
    break;
  }
  const ContentEnd read = read_pstore_records(std::move(records), "", context);
  return read == ContentEnd::Whole ? end : read;
}

ContentEnd read_abrt_group(const InputUnit& unit, const Interrupt& interrupt, ReadContext& context) {
  AbrtProblem problem;
  const auto has = [&](std::string_view name) {
    return std::find(unit.parts.begin(), unit.parts.end(), name) != unit.parts.end();
  };
  for (const std::string& part : unit.parts) {
    if (const auto content = read_small_file(unit.path + "/" + part)) add_abrt_element(problem, part, *content);
  }
  const auto* log = std::find_if(std::begin(kAbrtLogs), std::end(kAbrtLogs), has);
  if (log == std::end(kAbrtLogs)) return ContentEnd::Whole;
  Result<ByteSource> source = ByteSource::open(unit.path + "/" + std::string(*log), interrupt);
  if (!source) {
    context.sink.damaged(std::string(*log), source.errors().front().message);
    return ContentEnd::Damaged;
  }
  Origin origin{std::string(*log), problem.last_seen_s};
  origin.count = problem.count;
  return read_content(source.value(), origin, context);
}

}  // namespace ktriage
