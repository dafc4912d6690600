#include "bisect/config_loader.h"

#include <yaml-cpp/depthguard.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "parser/text_cursor.h"
#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{1} << 20;

bool is_variable_name(std::string_view key) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c); };
  return !key.empty() && !is_digit(key.front()) && std::all_of(key.begin(), key.end(), fits);
}

/// A choice of a few words.
template <typename T>
struct Word {
  std::string_view word;
  T value;
};

/// Reads one file into a configuration. A class only to keep reader and result at hand.
class ConfigReader {
 public:
  ConfigReader(const YamlReader& reader, BisectConfig& config) : yaml_(reader), config_(config) {}

  void read(const YAML::Node& root) {
    if (!yaml_.check_keys(
            root, {"repo", "branch", "bad", "good", "fixed", "find", "strategy", "target", "other_crash", "build",
                   "test", "runs", "verify", "infrastructure", "backports", "workers", "seed", "state"})) {
      return;
    }
    read_repository(root);
    config_.bad = commit(root, "bad");
    if (config_.bad.empty() && !root["bad"]) yaml_.fail(root, "key 'bad' is missing: the commit with the crash");
    config_.good = commit(root, "good");
    config_.good_auto = !root["good"] || config_.good.revision == "auto";
    config_.fixed = yaml_.text(root, "fixed");
    config_.find = choice<Find>(root, "find", {{"cause", Find::Cause}, {"fix", Find::Fix}}, config_.find);
    if (config_.find == Find::Fix && root["good"]) {
      yaml_.fail(root["good"], "with 'find: fix' the range ends at 'fixed', not 'good'");
    }
    if (config_.find == Find::Cause && root["fixed"]) {
      yaml_.fail(root["fixed"], "'fixed' goes with 'find: fix'; the commit without the crash is 'good'");
    }
    config_.strategy = choice<StrategyKind>(
        root, "strategy", {{"bayes", StrategyKind::Bayes}, {"git", StrategyKind::Git}}, config_.strategy);
    config_.other_crash = choice<OtherCrash>(
        root, "other_crash", {{"ignore", OtherCrash::Ignore}, {"bad", OtherCrash::Bad}, {"skip", OtherCrash::Skip}},
        config_.other_crash);
    if (root["target"]) read_target(root["target"]);
    if (root["build"]) read_build(root["build"]);
    read_test(root);
    if (root["runs"]) read_runs(root["runs"]);
    if (root["verify"]) read_verify(root["verify"]);
    if (root["infrastructure"]) read_retry(root["infrastructure"]);
    yaml_.for_each(root, "backports", [&](const YAML::Node& node) { read_backport(node); });
    config_.workers = integer(root, "workers", config_.workers, 1, 256);
    config_.seed = static_cast<uint64_t>(integer(root, "seed", 1, 0, 2147483647));
    config_.state = path(root, "state");
    if (config_.state.empty()) {
      const fs::path name = config_.file.empty() ? fs::path("bisect") : config_.file.stem();
      config_.state = config_.directory / (name.string() + ".state");
    }
  }

 private:
  fs::path path(const YAML::Node& map, const char* key, bool required = false) const {
    const std::string text = yaml_.text(map, key, required);
    return text.empty() ? fs::path() : (config_.directory / text).lexically_normal();
  }

  Seconds duration(const YAML::Node& map, const char* key, Seconds otherwise) const {
    const std::string text = yaml_.text(map, key);
    if (text.empty()) return otherwise;
    const auto value = parse_duration(text);
    if (value && value->count() > 0) return *value;
    yaml_.fail(map[key], "'" + text + "' is no duration; write 90s, 30m or 1h30m");
    return otherwise;
  }

  int integer(const YAML::Node& map, const char* key, int otherwise, int least, int most) const {
    const std::string text = yaml_.text(map, key);
    if (text.empty()) return otherwise;
    const auto value = to_number<int>(text);
    if (value && *value >= least && *value <= most) return *value;
    yaml_.fail(map[key], std::string("'") + key + "' must be a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + ", not '" + text + "'");
    return otherwise;
  }

  template <typename T>
  T choice(const YAML::Node& map, const char* key, const std::vector<Word<T>>& words, T otherwise) const {
    const std::string text = yaml_.text(map, key);
    if (text.empty()) return otherwise;
    std::vector<std::string_view> known;
    std::string all;
    for (const auto& word : words) {
      if (word.word == text) return word.value;
      known.push_back(word.word);
      all += (all.empty() ? "" : ", ") + std::string(word.word);
    }
    const auto nearest = nearest_word(text, known);
    yaml_.fail(map[key], "'" + text + "' is none of " + all +
                             (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?"));
    return otherwise;
  }

  CommitName commit(const YAML::Node& map, const char* key) const {
    const YAML::Node node = map[key];
    if (!node) return {};
    if (node.IsScalar()) {
      if (node.Scalar().empty() || node.Scalar().front() == '-') {
        yaml_.fail(node, std::string("'") + key + "' must name a commit, not '" + node.Scalar() + "'");
      }
      return {yaml_.scalar(node), {}};
    }
    if (!yaml_.check_keys(node, {"commit", "subject"})) return {};
    CommitName name{yaml_.text(node, "commit"), yaml_.text(node, "subject")};
    if (name.empty()) yaml_.fail(node, std::string("'") + key + "' needs a 'commit' or a 'subject'");
    return name;
  }

  Environment environment(const YAML::Node& map, const char* key) const {
    Environment out;
    const YAML::Node node = map[key];
    if (!node) return out;
    if (!node.IsMap()) return yaml_.fail(node, std::string("'") + key + "' must be a map of variables"), out;
    for (const auto& entry : node) read_variable(entry.first, entry.second, out);
    return out;
  }

  void read_variable(const YAML::Node& key, const YAML::Node& value, Environment& out) const {
    if (!key.IsScalar() || key.Scalar().empty() || key.Scalar().find('=') != std::string::npos) {
      return yaml_.fail(key, "this is no name of an environment variable");
    }
    if (!value.IsScalar()) return yaml_.fail(value, "'" + key.Scalar() + "' must be a single value");
    out[yaml_.scalar(key)] = yaml_.scalar(value);
  }

  void read_repository(const YAML::Node& root) {
    const YAML::Node node = root["repo"];
    if (!node) return yaml_.fail(root, "key 'repo' is missing: the path of a git repository");
    config_.branch = yaml_.text(root, "branch");
    if (node.IsScalar()) {
      config_.repository = path(root, "repo", true);
      return;
    }
    if (!yaml_.check_keys(node, {"path", "branch"})) return;
    config_.repository = path(node, "path", true);
    if (node["branch"]) config_.branch = yaml_.text(node, "branch");
  }

  void read_target(const YAML::Node& node) {
    if (node.IsScalar()) {
      config_.target.title = yaml_.scalar(node);
      return;
    }
    if (!yaml_.check_keys(node, {"title", "report"})) return;
    config_.target = {yaml_.text(node, "title"), path(node, "report")};
    if (config_.target.empty()) yaml_.fail(node, "'target' needs a 'title' or a 'report'");
  }

  void read_build(const YAML::Node& node) {
    BuildConfig& build = config_.build;
    if (node.IsScalar()) {
      build.command = yaml_.scalar(node);
      return;
    }
    if (!yaml_.check_keys(node, {"command", "timeout", "toolchains", "image", "vmlinux", "modules", "env", "clean"}))
      return;
    build.command = yaml_.text(node, "command", true);
    build.timeout = duration(node, "timeout", build.timeout);
    build.images = yaml_.texts(node, "image");
    build.vmlinux = yaml_.text(node, "vmlinux");
    build.modules = yaml_.texts(node, "modules");
    if (build.vmlinux.empty() && !build.modules.empty()) {
      yaml_.fail(node["modules"], "'modules' need their 'vmlinux'");
    }
    build.environment = environment(node, "env");
    build.clean = choice<BuildConfig::Clean>(node, "clean",
                                             {{"never", BuildConfig::Clean::Never},
                                              {"always", BuildConfig::Clean::Always},
                                              {"after-failure", BuildConfig::Clean::AfterFailure}},
                                             build.clean);
    yaml_.for_each(node, "toolchains", [&](const YAML::Node& item) { read_toolchain(item); });
  }

  void read_toolchain(const YAML::Node& node) {
    if (!node.IsMap()) return yaml_.fail(node, "a toolchain is a map: 'from', 'until' and environment variables");
    Toolchain toolchain{yaml_.text(node, "from"), yaml_.text(node, "until"), {}};
    for (const auto& entry : node) {
      const std::string key = entry.first.Scalar();
      if (key == "from" || key == "until") continue;
      if (is_variable_name(key)) {
        read_variable(entry.first, entry.second, toolchain.environment);
        continue;
      }
      const auto nearest = nearest_word(key, {"from", "until"});
      yaml_.fail(entry.first, "unknown key '" + key + "'; " +
                                  (nearest.empty() ? "environment variables such as CC are in capitals"
                                                   : "did you mean '" + std::string(nearest) + "'?"));
    }
    config_.build.toolchains.push_back(std::move(toolchain));
  }

  void read_test(const YAML::Node& root) {
    const YAML::Node node = root["test"];
    if (!node) return yaml_.fail(root, "key 'test' is missing: a command or qemu");
    TestConfig& test = config_.test;
    if (node.IsScalar()) {
      test.command = yaml_.scalar(node);
      return;
    }
    if (!yaml_.check_keys(node, {"command", "qemu", "timeout", "console", "success", "exit_status", "env"})) return;
    test.command = yaml_.text(node, "command");
    test.timeout = duration(node, "timeout", test.timeout);
    test.console = yaml_.text(node, "console");
    test.success = yaml_.text(node, "success");
    test.environment = environment(node, "env");
    test.exit_status = choice<ExitStatus>(
        node, "exit_status", {{"auto", ExitStatus::Auto}, {"git", ExitStatus::Git}, {"ignore", ExitStatus::Ignore}},
        test.exit_status);
    if (node["qemu"]) read_qemu(node["qemu"]);
    if (test.command.empty() == !test.qemu) yaml_.fail(node, "'test' needs either 'command' or 'qemu'");
    if (test.qemu && node["console"]) yaml_.fail(node["console"], "'console' goes with 'command'; qemu has its own");
  }

  void read_qemu(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"arch", "kernel", "initrd", "disk", "memory", "cpus", "append", "accel", "timeout",
                                 "success", "arguments"})) {
      return;
    }
    QemuConfig qemu;
    const std::string arch = yaml_.text(node, "arch");
    if (!arch.empty()) qemu.arch = arch;
    qemu.kernel = yaml_.text(node, "kernel", true);
    qemu.initrd = beside_or_in_worktree(node, "initrd");
    qemu.disk = beside_or_in_worktree(node, "disk");
    if (node["memory"]) qemu.memory = yaml_.text(node, "memory");
    qemu.cpus = integer(node, "cpus", qemu.cpus, 1, 1024);
    qemu.append = yaml_.text(node, "append");
    if (node["accel"]) qemu.accel = yaml_.text(node, "accel");
    qemu.arguments = yaml_.texts(node, "arguments");
    config_.test.timeout = duration(node, "timeout", config_.test.timeout);
    if (node["success"]) config_.test.success = yaml_.text(node, "success");
    config_.test.qemu = std::move(qemu);
  }

  /// A file that the user made lies beside the configuration, one that the build makes in the worktree.
  fs::path beside_or_in_worktree(const YAML::Node& map, const char* key) const {
    const fs::path beside = path(map, key);
    std::error_code error;
    return beside.empty() || fs::exists(beside, error) ? beside : fs::path(yaml_.text(map, key));
  }

  void read_runs(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"max", "error_probability"})) return;
    config_.runs.max = integer(node, "max", config_.runs.max, 1, 100000);
    const std::string text = yaml_.text(node, "error_probability");
    if (text.empty()) return;
    const auto value = to_number_of_probability(text);
    if (value) {
      config_.runs.error_probability = *value;
    } else {
      yaml_.fail(node["error_probability"], "'" + text + "' is no error probability between 0 and 0.5; 0.01 is usual");
    }
  }

  static std::optional<double> to_number_of_probability(std::string_view text) {
    const auto value = to_seconds(text);  // reads any decimal number
    return value && *value > 0 && *value < 0.5 ? value : std::nullopt;
  }

  void read_verify(const YAML::Node& node) {
    if (node.IsScalar()) {
      const bool all = yaml_flag(node);
      config_.verify = {all, all};
      return;
    }
    if (!yaml_.check_keys(node, {"culprit", "revert"})) return;
    config_.verify.culprit = yaml_.flag(node, "culprit", true);
    config_.verify.revert = yaml_.flag(node, "revert", true);
  }

  bool yaml_flag(const YAML::Node& node) const {
    bool value = true;
    if (!YAML::convert<bool>::decode(node, value)) yaml_.fail(node, "'verify' must be true, false or a map");
    return value;
  }

  void read_retry(const YAML::Node& node) {
    if (!yaml_.check_keys(node, {"retries", "delay"})) return;
    config_.retry.retries = integer(node, "retries", config_.retry.retries, 0, 1000);
    config_.retry.delay = duration(node, "delay", config_.retry.delay);
  }

  void read_backport(const YAML::Node& node) {
    Backport backport;
    if (node.IsScalar()) {
      backport.commit = yaml_.scalar(node);
    } else {
      if (!yaml_.check_keys(node, {"commit", "when", "from", "until"})) return;
      backport.commit = yaml_.text(node, "commit", true);
      backport.when = choice<Backport::When>(
          node, "when", {{"build-fails", Backport::When::BuildFails}, {"always", Backport::When::Always}},
          backport.when);
      backport.from = yaml_.text(node, "from");
      backport.until = yaml_.text(node, "until");
    }
    config_.backports.push_back(std::move(backport));
  }

  const YamlReader& yaml_;
  BisectConfig& config_;
};

}  // namespace

Result<BisectConfig> parse_bisect_config(const std::string& text, const std::string& name, const fs::path& directory) {
  BisectConfig config;
  config.file = name;
  config.directory = directory;
  config.text = text;
  Diagnostics errors;
  if (text.size() > kMostBytes) return Diagnostic{name, 0, 0, "is too large for a configuration (more than 1 MiB)"};
  try {
    const YAML::Node root = YAML::Load(text);
    const YamlReader reader(name, errors);
    ConfigReader(reader, config).read(root);
  } catch (const YAML::DeepRecursion& error) {
    errors.push_back({name, error.mark.line + 1, error.mark.column + 1, "lists and maps are nested too deeply"});
  } catch (const YAML::Exception& error) {
    errors.push_back({name, error.mark.line + 1, error.mark.column + 1, error.msg});
  }
  if (!errors.empty()) return errors;
  return config;
}

Result<BisectConfig> load_bisect_config(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  if (!in || fs::is_directory(path, error)) return Diagnostic{path.string(), 0, 0, "cannot be read"};
  std::string text(kMostBytes + 1, '\0');  // of an endless file no more than tells that it is too large
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return parse_bisect_config(text, path.string(), fs::absolute(path).parent_path());
}

}  // namespace ktriage
