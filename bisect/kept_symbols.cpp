#include "bisect/kept_symbols.h"

#include "symbolizer/log_symbolizer.h"

namespace ktriage {
namespace {

namespace fs = std::filesystem;

/// A file as it is; of a directory the modules, at any depth.
bool copy_symbols(const fs::path& from, const fs::path& to, std::string& problem) {
  std::error_code error;
  const auto copy = [&](const fs::path& source, const fs::path& target) {
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::copy_file(source, target, fs::copy_options::overwrite_existing, error);
    if (error) problem = source.string() + ": cannot be kept: " + error.message();
    return !error;
  };
  if (!fs::is_directory(from, error)) return copy(from, to);
  fs::recursive_directory_iterator entry(from, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& file = entry->path();
    const bool is_module = file.filename().string().find(".ko") != std::string::npos;
    if (!is_module || file.extension() == ".cmd" || !entry->is_regular_file(error)) continue;
    if (!copy(file, to / file.lexically_relative(from))) return false;
  }
  if (error) problem = from.string() + ": cannot be read: " + error.message();
  return !error;
}

}  // namespace

std::string keep_symbols(const BuildConfig& config, const fs::path& worktree, const StateDirectory& state,
                         const BuildKey& key) {
  if (config.vmlinux.empty()) return {};
  const fs::path place = state.symbols(key.name());
  fs::path draft = place;
  draft += ".draft";
  std::error_code error;
  fs::remove_all(draft, error);
  std::string problem;
  bool copied = copy_symbols(worktree / config.vmlinux, draft / "vmlinux", problem);
  for (const auto& modules : config.modules) {
    copied = copied && copy_symbols(worktree / modules, draft / "modules" / fs::path(modules).relative_path(), problem);
  }
  if (copied) {
    fs::remove_all(place, error);
    fs::rename(draft, place, error);
    if (error) problem = place.string() + ": " + error.message();
  }
  fs::remove_all(draft, error);
  return problem;
}

std::unique_ptr<Symbolizer> open_symbols(const BuildConfig& config, const StateDirectory& state, const BuildKey& key,
                                         const RulePack* rules) {
  if (config.vmlinux.empty()) return nullptr;
  SymbolizerOptions options;
  options.vmlinux = (state.symbols(key.name()) / "vmlinux").string();
  options.places.module_directories = {(state.symbols(key.name()) / "modules").string()};
  options.rules = rules;
  // A console without the banner may be of any kernel: this one is known to be of that build.
  options.mismatch = Mismatch::GoOn;
  auto opened = Symbolizer::open(std::move(options));
  return opened ? std::move(opened.value()) : nullptr;
}

std::optional<std::string> symbolize_text(Symbolizer& symbolizer, const std::string& report) {
  std::string out;
  LogSymbolizer log(&symbolizer, {false}, [&](std::string_view text) { out += text; });
  log.push(report);
  log.finish();
  if (log.counts().resolved == 0) return std::nullopt;
  return out;
}

}  // namespace ktriage
