// Signing and placing the crashes of corpus/linux, in crashes per second. Triage does both once per crash.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "signatures/clusterer.h"
#include "tests/corpus_case.h"

namespace ktriage::bench {
namespace {

const Engine& engine() {
  static const Engine instance(load_default_pack());
  return instance;
}

const Signer& signer() {
  static const Signer instance(engine().pack());
  return instance;
}

const std::vector<CrashReport>& crashes() {
  static const std::vector<CrashReport> all = [] {
    std::vector<CrashReport> out;
    for (const auto& one : test::load_corpus(std::filesystem::path(KTRIAGE_SOURCE_DIR) / "corpus" / "linux")) {
      for (auto& crash : parse_log(engine(), one.log)) out.push_back(std::move(crash));
    }
    return out;
  }();
  return all;
}

const std::vector<Signature>& signatures() {
  static const std::vector<Signature> all = [] {
    std::vector<Signature> out;
    for (const auto& crash : crashes()) out.push_back(signer().sign(crash));
    std::sort(out.begin(), out.end(), clearer);
    return out;
  }();
  return all;
}

const FrameModel& model() {
  static const FrameModel instance = [] {
    FrameModel out(engine().pack().signatures);
    std::set<std::string> sites;
    for (const auto& signature : signatures()) {
      if (sites.insert(signature.anchor).second) out.add_site(signature);
    }
    return out;
  }();
  return instance;
}

void Sign(benchmark::State& state) {
  size_t next = 0;
  const size_t count = crashes().size();  // parsed before the clock starts
  for (auto _ : state) {
    benchmark::DoNotOptimize(signer().sign(crashes()[next]));
    next = (next + 1) % count;
  }
  state.SetItemsProcessed(state.iterations());
}

/// Into clusters that know every crash already: what most of a large batch meets.
void Place(benchmark::State& state) {
  Clusterer clusterer(engine().pack().signatures, model());
  for (const auto& signature : signatures()) clusterer.place(signature);
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(clusterer.place(signatures()[next]));
    next = (next + 1) % signatures().size();
  }
  state.SetItemsProcessed(state.iterations());
}

void Judge(benchmark::State& state) {
  size_t next = 0;
  model();
  for (auto _ : state) {
    const size_t other = (next + 1) % signatures().size();
    benchmark::DoNotOptimize(judge(signatures()[next], signatures()[other], model(), engine().pack().signatures));
    next = other;
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(Sign);
BENCHMARK(Place);
BENCHMARK(Judge);

}  // namespace
}  // namespace ktriage::bench
