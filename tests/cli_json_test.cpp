// The JSON contract: what is printed is what docs/crash.schema.json says, and what others rely on is there.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli_process.h"
#include "tests/cli_samples.h"

namespace ktriage::test {
namespace {

using Json = nlohmann::ordered_json;

/// The part of JSON Schema that ours uses. Appends what is wrong with `value`.
class SchemaCheck {
 public:
  explicit SchemaCheck(std::vector<std::string>& errors) : errors_(errors) {}

  void check(const Json& schema, const Json& value, const std::string& path) {
    if (schema.contains("const") && schema["const"] != value) fail(path, "is not " + schema["const"].dump());
    if (schema.contains("enum")) {
      bool found = false;
      for (const auto& choice : schema["enum"]) found = found || choice == value;
      if (!found) fail(path, value.dump() + " is none of the choices");
    }
    if (schema.contains("type") && !has_type(value, schema["type"].get<std::string>())) {
      return fail(path, value.dump() + " is no " + schema["type"].get<std::string>());
    }
    if (schema.contains("minimum") && value.get<double>() < schema["minimum"].get<double>()) fail(path, "is too small");
    if (value.is_array()) check_array(schema, value, path);
    if (value.is_object()) check_object(schema, value, path);
  }

 private:
  void fail(const std::string& path, const std::string& message) { errors_.push_back(path + " " + message); }

  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return type == "number" && value.is_number();
  }

  void check_array(const Json& schema, const Json& value, const std::string& path) {
    if (value.size() < schema.value("minItems", size_t{0})) fail(path, "is too short");
    for (const auto& item : value) check(schema["items"], item, path + "[]");
  }

  void check_object(const Json& schema, const Json& value, const std::string& path) {
    if (value.size() < schema.value("minProperties", size_t{0})) fail(path, "is empty");
    for (const auto& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) fail(path, "lacks " + name.dump());
    }
    const Json& others = schema["additionalProperties"];
    for (const auto& [name, member] : value.items()) {
      const std::string member_path = (path + ".").append(name);
      if (schema.contains("properties") && schema["properties"].contains(name)) {
        check(schema["properties"][name], member, member_path);
      } else if (others.is_object()) {
        check(others, member, member_path);
      } else {
        fail(path, "has an unknown member " + name);
      }
    }
  }

  std::vector<std::string>& errors_;
};

const Json& schema() {
  static const Json loaded = Json::parse(std::ifstream(KTRIAGE_SOURCE_DIR "/docs/crash.schema.json"));
  return loaded;
}

void expect_valid(const Json& crash) {
  std::vector<std::string> errors;
  SchemaCheck(errors).check(schema(), crash, "crash");
  for (const auto& error : errors) ADD_FAILURE() << error << "\n" << crash.dump();
  // Members stand in the order in which the schema lists them.
  std::vector<std::string> expected;
  for (const auto& [name, description] : schema()["properties"].items()) {
    if (crash.contains(name)) expected.push_back(name);
  }
  std::vector<std::string> actual;
  for (const auto& [name, value] : crash.items()) actual.push_back(name);
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(crash["corrupted"].get<bool>(), crash.contains("corrupted_reason"));
}

std::vector<Json> parse_lines(const std::string& out) {
  std::vector<Json> crashes;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) crashes.push_back(Json::parse(line));
  return crashes;
}

std::vector<Json> crashes_of(const std::vector<std::string>& arguments, std::string_view input = {}) {
  return parse_lines(run_ktriage(arguments, input).out);
}

TEST(Json, TheCheckerFindsMistakes) {
  Json crash = crashes_of({"parse", "--json"}, fault_log()).at(0);
  crash["log"].erase("file");
  crash["surprise"] = 1;
  crash["cpu"] = "one";
  crash["stacks"][0]["role"] = "main";
  std::vector<std::string> errors;
  SchemaCheck(errors).check(schema(), crash, "crash");
  EXPECT_EQ(errors.size(), 4U);
}

TEST(Json, HoldsWhatTheLogShows) {
  const auto crashes = crashes_of({"parse", "--json", "--all"}, fault_log() + warning_log());
  ASSERT_EQ(crashes.size(), 2U);
  for (const auto& crash : crashes) expect_valid(crash);
  const Json& crash = crashes[0];
  EXPECT_EQ(crash["schema"], "ktriage.crash/1");
  EXPECT_EQ(crash["title"], "general protection fault in widget_poll");
  EXPECT_EQ(crash["frame"], "widget_poll");
  EXPECT_EQ(crash["corrupted"], false);
  EXPECT_EQ(crash["log"]["file"], "-");
  EXPECT_EQ(crash["log"]["start_line"], 2);
  EXPECT_EQ(crash["log"]["start_byte"], fault_log().find("[   12.000001]"));
  EXPECT_EQ(crash["log"]["time_s"], 12.000001);
  EXPECT_EQ(crash["kernel"]["release"], "6.12.3-widget");
  EXPECT_EQ(crash["kernel"]["arch"], "x86_64");
  EXPECT_EQ(crash["cpu"], 1);
  EXPECT_EQ(crash["pid"], 311);
  EXPECT_EQ(crash["comm"], "widgetd");
  EXPECT_EQ(crash["registers"]["RAX"], "dffffc0000000000");
  EXPECT_EQ(crash["code"]["bytes"], "48 89 e5 41 54 0f b6 04 02 84 c0 75 12");
  EXPECT_EQ(crash["code"]["trap_offset"], 5);
  EXPECT_EQ(crash["modules"], Json({"widget", "loop"}));
  EXPECT_EQ(crash["guilty_file"], "drivers/widget/core.c");
  const Json& frames = crash["stacks"][0]["frames"];
  EXPECT_EQ(frames[1].dump(),
            R"({"function":"widget_lookup","reliable":true,"inline":true,"file":"drivers/widget/core.c","line":88})");
  EXPECT_EQ(frames[3].dump(), R"({"function":"widget_guess","offset":16,"size":32,"reliable":false})");
  EXPECT_FALSE(crashes[1].contains("code")) << "nothing is invented";
}

TEST(Json, BytesThatAreNoTextAreReplaced) {
  const auto crashes = crashes_of({"parse", "--json"}, "Kernel panic - not syncing: \xff\xfe\xc3(\n");
  ASSERT_EQ(crashes.size(), 1U);
  EXPECT_TRUE(crashes[0]["title"].get<std::string>().starts_with("kernel panic: \xef\xbf\xbd"));
}

TEST(Json, OfTheWholeCorpusIsValid) {
  std::vector<std::string> arguments = {"parse", "--json", "--all"};
  const std::filesystem::path corpus = KTRIAGE_SOURCE_DIR "/corpus";
  if (!std::filesystem::is_directory(corpus)) GTEST_SKIP() << "no corpus";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".log") || name.ends_with(".log.xz")) arguments.push_back(entry.path());
  }
  size_t count = 0;
  for (const auto& crash : crashes_of(arguments)) {
    expect_valid(crash);
    ++count;
  }
  EXPECT_GT(count, 0U);
}

TEST(Json, OfTheSeed) {
  const char* seed = std::getenv("KTRIAGE_SEED");
  if (seed == nullptr)
    GTEST_SKIP() << "SKIPPED LOUDLY: set KTRIAGE_SEED to the folder that holds ovs_ct_exit-bisection.log";
  const auto crashes = crashes_of({"parse", "--json", std::string(seed) + "/ovs_ct_exit-bisection.log"});
  ASSERT_EQ(crashes.size(), 1U);
  const Json& crash = crashes[0];
  expect_valid(crash);
  EXPECT_EQ(crash["title"], "general protection fault in ovs_ct_exit");
  EXPECT_EQ(crash["frame"], "ovs_ct_exit");
  EXPECT_EQ(crash["kernel"]["release"], "5.2.0-rc5+");
  EXPECT_FALSE(crash["registers"].empty());
  EXPECT_TRUE(crash["code"].contains("trap_offset"));
  size_t inlined = 0;
  for (const auto& frame : crash["stacks"][0]["frames"]) {
    if (frame.value("inline", false) && frame.contains("file") && frame.value("line", 0) > 0) ++inlined;
  }
  EXPECT_GT(inlined, 0U);
}

}  // namespace
}  // namespace ktriage::test
