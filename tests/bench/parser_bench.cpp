// The stages of the parser and the whole of it, in bytes per second. `parser_bench --benchmark_filter=Log` for some.

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/byte_scan.h"
#include "parser/crash_scanner.h"
#include "parser/frame_line.h"
#include "parser/line_reader.h"
#include "parser/log_line.h"
#include "parser/log_parser.h"
#include "rules/pack_loader.h"
#include "tests/bench/synthetic_log.h"

namespace ktriage::bench {
namespace {

constexpr size_t kLogBytes = 16 << 20;
constexpr size_t kChunkBytes = 1 << 20;  // as cli/ reads
constexpr size_t kLinesBetweenCrashes = 2000;

const Engine& engine() {
  static const Engine instance(load_default_pack());
  return instance;
}

const std::string& clean() {
  static const std::string log = clean_log(kLogBytes);
  return log;
}

const std::string& crash_rich() {
  static const std::string log = crash_rich_log(kLogBytes, kLinesBetweenCrashes, engine().pack());
  return log;
}

void count_bytes(benchmark::State& state, const std::string& log) {
  state.SetBytesProcessed(static_cast<int64_t>(log.size()) * static_cast<int64_t>(state.iterations()));
}

template <typename Visit>
void for_each_chunk(std::string_view log, Visit visit) {
  for (; !log.empty(); log.remove_prefix(std::min(kChunkBytes, log.size()))) visit(log.substr(0, kChunkBytes));
}

template <typename Visit>
void for_each_line(std::string_view log, Visit visit) {
  while (!log.empty()) {
    const size_t end = std::min(log.find('\n'), log.size() - 1) + 1;
    visit(log.substr(0, end));
    log.remove_prefix(end);
  }
}

void CountNewlines(benchmark::State& state) {
  for (auto _ : state) for_each_chunk(clean(), [](auto chunk) { benchmark::DoNotOptimize(count_newlines(chunk)); });
  count_bytes(state, clean());
}
BENCHMARK(CountNewlines);

void FindInnerControl(benchmark::State& state) {
  for (auto _ : state)
    for_each_chunk(clean(), [](auto chunk) { benchmark::DoNotOptimize(find_inner_control(chunk, 0)); });
  count_bytes(state, clean());
}
BENCHMARK(FindInnerControl);

void Reader(benchmark::State& state) {
  for (auto _ : state) {
    uint64_t last = 0;
    LineReader reader([&](const LineBlock& block) { last = block.first_line; });
    for_each_chunk(clean(), [&](auto chunk) { reader.push(chunk); });
    reader.finish();
    benchmark::DoNotOptimize(last);
  }
  count_bytes(state, clean());
}
BENCHMARK(Reader);

void FindCandidates(benchmark::State& state) {
  const auto scratch = engine().scanner().new_scratch();
  std::vector<size_t> ends;
  for (auto _ : state) {
    for_each_chunk(clean(), [&](auto chunk) {
      ends.clear();
      engine().scanner().find_candidates(chunk, *scratch, ends);
    });
  }
  count_bytes(state, clean());
}
BENCHMARK(FindCandidates);

void ScanLines(benchmark::State& state) {
  const auto scratch = engine().scanner().new_scratch();
  std::vector<CrashScanner::Hit> hits;
  for (auto _ : state) {
    for_each_line(clean(), [&](auto line) {
      hits.clear();
      engine().scanner().scan(line, *scratch, hits);
    });
  }
  count_bytes(state, clean());
}
BENCHMARK(ScanLines);

void Lines(benchmark::State& state) {
  std::string scratch;
  for (auto _ : state) {
    for_each_line(clean(), [&](auto raw) { benchmark::DoNotOptimize(parse_log_line(raw, scratch)); });
  }
  count_bytes(state, clean());
}
BENCHMARK(Lines);

void FrameLines(benchmark::State& state) {
  const std::string log =
      " ? __pfx_widget_ioctl+0x10/0x10 [widget]\n widget_submit+0x1a4/0x520\nRAX: 0000000000000000\n";
  for (auto _ : state) {
    for_each_line(log, [&](auto line) { benchmark::DoNotOptimize(parse_frame_line(line.substr(0, line.size() - 1))); });
  }
  count_bytes(state, log);
}
BENCHMARK(FrameLines);

void parse(benchmark::State& state, const std::string& log) {
  size_t crashes = 0;
  for (auto _ : state) {
    crashes = 0;
    LogParser parser(engine(), [&](CrashReport&&) { ++crashes; });
    for_each_chunk(log, [&](auto chunk) { parser.push(chunk); });
    parser.finish();
  }
  count_bytes(state, log);
  state.counters["crashes"] = static_cast<double>(crashes);
}

void ParseCleanLog(benchmark::State& state) { parse(state, clean()); }
BENCHMARK(ParseCleanLog)->Unit(benchmark::kMillisecond);

void ParseCrashRichLog(benchmark::State& state) { parse(state, crash_rich()); }
BENCHMARK(ParseCrashRichLog)->Unit(benchmark::kMillisecond);

void LoadEngine(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Engine(load_default_pack()).pack().families.size());
}
BENCHMARK(LoadEngine)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ktriage::bench
