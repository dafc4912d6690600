#include "tests/store_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <tuple>

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

StoreBench::Log StoreBench::log(const std::string& name, const std::vector<std::string>& bugs) const {
  Log out;
  out.record.path = "/logs/" + name;
  out.record.shown = name;
  out.record.stamp = {100 * (1 + bugs.size()), 1000};
  out.record.digest = name;
  out.record.logs_with_crash = bugs.empty() ? 0 : 1;
  for (const auto& bug : bugs) {
    const CrashReport report = crash_of_bug(bug);
    Member member;
    member.file = name;
    member.start_byte = 1000 * out.record.crashes.size();
    member.end_byte = member.start_byte + 500;
    member.title = report.title;
    member.kernel = "6.12.1";
    member.arch = "x86_64";
    member.seen = SeenTime(std::chrono::seconds(1772446272));
    Representative representative;
    representative.member = member;
    representative.cleanness.sound = true;
    representative.severity = 3;
    representative.guilty = Guilty{report.frame, "widget", "drivers/widget.c", 42, "because"};
    representative.crash = "{\"title\":\"" + report.title + "\"}";
    out.record.crashes.push_back({member, 0});
    out.signatures.push_back(signer_.sign(report));
    out.representatives.push_back(std::move(representative));
  }
  return out;
}

void StoreBench::add(Store& store, Log log) {
  for (size_t i = 0; i < log.signatures.size(); ++i) {
    const int64_t signature = store.put_signature(log.signatures[i]);
    const Representative& shown = log.representatives[i];
    if (store.wants(signature, shown.cleanness, shown.member)) store.put_representative(signature, shown);
    log.record.crashes[i].signature = signature;
  }
  store.add(log.record);
}

std::string StoreBench::run(const std::vector<Log>& logs, const std::string& database) const {
  auto store = Store::open(file(database), Access::ReadWrite);
  if (!store) return store.errors().front().to_string();
  store.value()->begin_run(kNow);
  for (const auto& log : logs) add(*store.value(), log);
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
    for (const auto& member : members(cluster)) line += member.file + "@" + std::to_string(member.start_byte) + " ";
    out.push_back(std::move(line));
  }
  std::sort(out.begin(), out.end());
  return out;
}

StoredCluster StoreBench::cluster(const std::string& function) const {
  for (auto& cluster : state().clusters) {
    if (cluster.groups.front().signature.anchor == function) return cluster;
  }
  ADD_FAILURE() << "no cluster of " << function;
  return {};
}

std::vector<Member> StoreBench::members(const StoredCluster& cluster) {
  std::vector<Member> out;
  for (const auto& group : cluster.groups) out.insert(out.end(), group.members.begin(), group.members.end());
  std::sort(out.begin(), out.end(), [](const Member& a, const Member& b) {
    return std::tie(a.file, a.start_byte) < std::tie(b.file, b.start_byte);
  });
  return out;
}

std::string StoreBench::mark(const std::vector<std::string>& words) const {
  const auto marks = parse_marks(words);
  if (!marks) return marks.errors().front().to_string();
  const auto error = set_marks(open(Access::ReadWrite)->database(), marks.value(), kNow);
  return error ? error->to_string() : "";
}

}  // namespace ktriage::test
