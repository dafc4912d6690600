#include "cli/symbolizer_options.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "cli/messages.h"
#include "rules/yaml_reader.h"

namespace ktriage {
namespace {

namespace po = boost::program_options;

std::string text_of(const OptionValues& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return value == nullptr ? std::string() : value;
}

/// $XDG_CACHE_HOME/ktriage, or what stands in for it (XDG base directory specification); empty: no home.
std::string default_cache() {
  const std::string cache = environment("XDG_CACHE_HOME");
  if (cache.starts_with('/')) return cache + "/ktriage";
  const std::string home = environment("HOME");
  return home.starts_with('/') ? home + "/.cache/ktriage" : std::string();
}

Result<BackendKind> backend_of(const std::string& name) {
  if (name.empty() || name == "dwarf") return BackendKind::Dwarf;
  if (name == "libdw") return BackendKind::Libdw;
  if (name == "addr2line") return BackendKind::Addr2line;
  if (name == "check") return BackendKind::Check;
  const auto nearest = nearest_word(name, {"dwarf", "libdw", "addr2line", "check"});
  return Diagnostic{"--backend", 0, 0,
                    "'" + name + "' is none of dwarf, libdw, addr2line, check" +
                        (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?")};
}

}  // namespace

void add_symbolizer_options(OptionsDescription& options) {
  auto add = options.add_options();
  add("vmlinux", po::value<std::string>()->value_name("FILE"),
      "the kernel that printed the log, with debug information (the unstripped vmlinux, not bzImage)");
  add("modules", po::value<std::vector<std::string>>()->value_name("DIR"),
      "where its modules lie, at any depth: .ko, .ko.debug, .ko.xz, .ko.zst, .ko.gz (repeatable; default: beside the "
      "vmlinux)");
  add("debug-dir", po::value<std::string>()->value_name("DIR")->default_value("/usr/lib/debug", "/usr/lib/debug"),
      "where distributions' debug packages put files: boot/vmlinux-RELEASE, lib/modules, .build-id");
  add("force", po::bool_switch(), "go on although vmlinux or a module is not the one that crashed");
  add("backend", po::value<std::string>()->value_name("NAME"),
      "dwarf (default: in this process), libdw (elfutils' library), addr2line (processes), or check (dwarf, with every "
      "answer compared with addr2line's)");
  add("addr2line", po::value<std::string>()->value_name("PROGRAM"),
      "the addr2line to use: GNU's, LLVM's or elfutils' (default: found by the machine of vmlinux)");
  add("addr2line-timeout", po::value<double>()->value_name("SECONDS")->default_value(60, "60"),
      "how long addr2line may take to answer before it is started anew");
  add("index", po::bool_switch(),
      "decode all of vmlinux first, on all processors, rather than what is asked for: pays where the cache shall hold "
      "it");
  add("no-cache", po::bool_switch(), "neither read nor write $XDG_CACHE_HOME/ktriage");
}

Result<SymbolizerOptions> symbolizer_options_of(const OptionValues& values) {
  SymbolizerOptions options;
  options.vmlinux = text_of(values, "vmlinux");
  options.places.module_directories = texts_of(values, "modules");
  options.places.debug_root = text_of(values, "debug-dir");
  options.places.debuginfod = !environment("DEBUGINFOD_URLS").empty();
  const auto backend = backend_of(text_of(values, "backend"));
  if (!backend) return backend.errors();
  options.backend = backend.value();
  options.addr2line = text_of(values, "addr2line");
  if (!options.addr2line.empty() && options.backend == BackendKind::Dwarf) options.backend = BackendKind::Addr2line;
  const double limit = values["addr2line-timeout"].as<double>();
  if (!(limit > 0 && limit <= 86400)) return Diagnostic{"--addr2line-timeout", 0, 0, "not a number of seconds"};
  options.addr2line_limit = std::chrono::milliseconds(static_cast<int64_t>(limit * 1000) + 1);
  if (has_flag(values, "force")) options.mismatch = Mismatch::GoOn;
  if (has_flag(values, "index")) options.index_jobs = std::max(1U, std::thread::hardware_concurrency());
  if (!has_flag(values, "no-cache")) options.cache_directory = default_cache();
  options.warn = [](const std::string& message) { say(message); };
  return options;
}

Result<std::unique_ptr<Symbolizer>> symbolizer_of(const OptionValues& values, const RulePack* rules,
                                                  std::function<void(const std::string&)> warn) {
  auto options = symbolizer_options_of(values);
  if (!options) return options.errors();
  options->rules = rules;
  options->warn = std::move(warn);
  if (options->vmlinux.empty()) return std::unique_ptr<Symbolizer>();
  return Symbolizer::open(std::move(options.value()));
}

}  // namespace ktriage
