#include "input_recorder.h"

#include <gtest/gtest.h>

#include "temporary_directory.h"

namespace ktriage {

void InputRecorder::begin_log(const Start& start) {
  EXPECT_TRUE(logs.empty() || logs.back().ended) << "two logs at once: " << start.member;
  logs.push_back({start.member, start.time_s, start.count, {}, false});
}

void InputRecorder::bytes(std::string_view piece) {
  ASSERT_TRUE(!logs.empty() && !logs.back().ended) << "bytes of no log";
  total_bytes += piece.size();
  logs.back().text += piece.substr(0, keep_bytes - std::min(keep_bytes, logs.back().text.size()));
}

void InputRecorder::end_log() {
  ASSERT_TRUE(!logs.empty() && !logs.back().ended) << "the end of no log";
  logs.back().ended = true;
}

InputRecorder::Log InputRecorder::only() const {
  EXPECT_EQ(logs.size(), 1U);
  return logs.empty() ? Log{} : logs.front();
}

std::vector<std::string> InputRecorder::members() const {
  std::vector<std::string> out;
  for (const Log& log : logs) out.push_back(log.member);
  return out;
}

InputRecorder read_path(const std::string& path, const InputLimits& limits) {
  const FoundInputs found = find_inputs(std::vector{path}, limits);
  for (const Diagnostic& problem : found.problems) ADD_FAILURE() << problem.to_string();
  InputRecorder out;
  const Interrupt interrupt;
  for (const InputUnit& unit : found.units) {
    const Result<ReadEnd> end = read_input(unit, limits, interrupt, out);
    if (!end) ADD_FAILURE() << end.errors().front().to_string();
  }
  return out;
}

InputRecorder read_bytes_as_file(std::string_view content, const InputLimits& limits) {
  const TemporaryDirectory directory;
  return read_path(directory.write("file", content), limits);
}

}  // namespace ktriage
