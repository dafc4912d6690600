#include "tests/store_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "rules/pack_loader.h"
#include "tests/signature_samples.h"
#include "triage/store/marks.h"

namespace ktriage::test {
namespace {

constexpr const char* kNow = "2026-11-24T10:00:00Z";

CrashReport crash_of_bug(const std::string& bug) {
  const auto colon = bug.find(':');
  const std::string function = bug.substr(0, colon);
  const std::string variant = colon == std::string::npos ? "" : bug.substr(colon + 1);
  return crash_of(
      "general protection fault in " + function,
      {function, function + "_first" + variant, function + "_second" + variant, function + "_third" + variant});
}

}  // namespace

StoreBench::StoreBench()
    : folder_(testing::TempDir() + "store_" + std::to_string(std::random_device{}())), pack_(load_default_pack()) {
  std::filesystem::create_directories(folder_);
}

StoreBench::~StoreBench() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

LogRecord StoreBench::log(const std::string& name, const std::vector<std::string>& bugs) const {
  LogRecord out;
  out.path = "/logs/" + name;
  out.shown = name;
  out.stamp = {100 * (1 + bugs.size()), 1000};
  out.digest = name;
  for (const auto& bug : bugs) {
    CrashRecord crash;
    const CrashReport report = crash_of_bug(bug);
    crash.start_byte = 1000 * out.crashes.size();
    crash.end_byte = crash.start_byte + 500;
    crash.title = report.title;
    crash.kernel = "6.12.1";
    crash.arch = "x86_64";
    crash.seen = "2026-03-02T10:00:00Z";
    crash.signature = signer_.sign(report);
    crash.json = "{\"title\":\"" + report.title + "\"}";
    out.crashes.push_back(std::move(crash));
  }
  return out;
}

std::string StoreBench::run(const std::vector<LogRecord>& logs, const std::string& database) const {
  auto store = Store::open(file(database), Access::ReadWrite);
  if (!store) return store.errors().front().to_string();
  store.value()->begin_run(kNow);
  for (const auto& log : logs) store.value()->add(log);
  const auto error = store.value()->finish_run(pack_.signatures, kNow);
  return error ? error->to_string() : "";
}

std::unique_ptr<Store> StoreBench::open(Access access, const std::string& database) const {
  auto store = Store::open(file(database), access);
  EXPECT_TRUE(store) << store.errors().front().to_string();
  return std::move(store.value());
}

StoredState StoreBench::state(const std::string& database) const {
  auto state = load_state(open(Access::ReadOnly, database)->database());
  EXPECT_TRUE(state) << state.errors().front().to_string();
  return std::move(state.value());
}

std::vector<std::string> StoreBench::partition(const std::string& database) const {
  std::vector<std::string> out;
  for (const auto& cluster : state(database).clusters) {
    std::string line;
    for (const auto& member : cluster.members) line += member.file + "@" + std::to_string(member.start_byte) + " ";
    out.push_back(std::move(line));
  }
  std::sort(out.begin(), out.end());
  return out;
}

StoredCluster StoreBench::cluster(const std::string& function) const {
  for (auto& cluster : state().clusters) {
    if (cluster.signature.anchor == function) return cluster;
  }
  ADD_FAILURE() << "no cluster of " << function;
  return {};
}

std::string StoreBench::mark(const std::vector<std::string>& words) const {
  const auto mark = parse_mark(words);
  if (!mark) return mark.errors().front().to_string();
  const auto error = set_mark(open(Access::ReadWrite)->database(), mark.value(), kNow);
  return error ? error->to_string() : "";
}

}  // namespace ktriage::test
