#include "symbolizer/symbolizer.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "parser/frame_line.h"
#include "parser/guilty_file.h"
#include "symbolizer/backend_choice.h"

namespace ktriage {

std::string_view release_of_banner(std::string_view banner) {
  constexpr std::string_view kStart = "Linux version ";
  for (size_t start = banner.find(kStart); start != std::string_view::npos; start = banner.find(kStart)) {
    banner.remove_prefix(start + kStart.size());
    const size_t end = banner.find_first_of(" \r\n");
    if (end != std::string_view::npos && banner.substr(end).starts_with(" (")) return banner.substr(0, end);
  }
  return {};
}

std::string_view release_of_crash(std::string_view text) {
  const size_t comm = text.find(" Comm: ");
  const size_t hash = comm == std::string_view::npos ? comm : text.find(" #", comm);
  if (hash == std::string_view::npos || text.substr(comm, hash - comm).find('\n') != std::string_view::npos) return {};
  const size_t start = text.rfind(' ', hash - 1) + 1;
  return text.substr(start, hash - start);
}

std::string name_of(const KernelInfo& kernel) {
  std::string out = kernel.release.empty() ? "a kernel" : "Linux " + kernel.release;
  if (!kernel.build_id.empty()) out += " with build id " + kernel.build_id;
  return out;
}

namespace {

struct Said {
  std::mutex turn;
  std::set<std::string> messages;
};

}  // namespace

Result<std::unique_ptr<Symbolizer>> Symbolizer::open(SymbolizerOptions options) {
  // Backends warn while others look up.
  options.warn = [warn = std::move(options.warn), said = std::make_shared<Said>()](const std::string& message) {
    const std::lock_guard lock(said->turn);
    if (said->messages.insert(message).second) warn(message);
  };
  auto file = open_perhaps_compressed(options.vmlinux);
  if (!file) return file.errors();
  const BinaryFinder finder(options.places, options.vmlinux);
  const auto make_backend = make_backend_factory(options);
  auto binary =
      KernelBinary::open(finder.with_debug_info(std::move(file.value())), make_backend, options.cache_directory);
  if (!binary) return binary.errors();
  if (options.index_jobs > 0) binary.value()->prepare(options.index_jobs);
  return std::unique_ptr<Symbolizer>(new Symbolizer(std::move(options), std::move(binary.value()), make_backend));
}

Symbolizer::Symbolizer(SymbolizerOptions options, std::unique_ptr<KernelBinary> vmlinux, BackendFactory make_backend)
    : options_(std::move(options)),
      finder_(options_.places, options_.vmlinux),
      vmlinux_(std::move(vmlinux)),
      make_backend_(std::move(make_backend)),
      roots_(vmlinux_->source_roots()),
      banner_(vmlinux_->banner()),
      release_(release_of_banner(banner_)) {
  if (options_.rules != nullptr) guilty_.emplace(*options_.rules);
}

Resolution Symbolizer::fail(std::string why) {
  ++failures_[why];
  return {{}, std::move(why)};
}

KernelBinary* Symbolizer::module(std::string_view name, std::string_view build_id) {
  const std::string key = std::string(name) + " " + std::string(build_id);
  if (const auto known = modules_.find(key); known != modules_.end()) return known->second.get();
  auto& slot = modules_[key];
  auto file = finder_.find_module(name, build_id);
  if (!file) {
    for (const auto& error : file.errors()) warn(error.to_string());
    return nullptr;
  }
  const std::string found_id = file->build_id();
  if (!build_id.empty() && found_id != build_id && options_.mismatch == Mismatch::Refuse) {
    warn(file->name() + ": build id " + (found_id.empty() ? "absent" : found_id) + ", but the log's module " +
         std::string(name) + " has " + std::string(build_id) + "; --force takes it nevertheless");
    return nullptr;
  }
  auto binary = KernelBinary::open(std::move(file.value()), make_backend_, options_.cache_directory);
  if (!binary) {
    for (const auto& error : binary.errors()) warn(error.to_string());
    return nullptr;
  }
  slot = std::move(binary.value());
  return slot.get();
}

Resolution Symbolizer::resolve(const CodeName& name) {
  const std::lock_guard lock(looking_up_);
  if (name.module.empty()) return resolve_in(*vmlinux_, name);
  KernelBinary* binary = module(name.module, name.build_id);
  if (binary == nullptr) return fail("its module is not to be had");
  return resolve_in(*binary, name);
}

Resolution Symbolizer::resolve_in(KernelBinary& binary, const CodeName& name) {
  const auto candidates = binary.symbols().find(name.function);
  if (candidates.empty()) return fail(is_padding(name.function) ? "padding before a function" : "no such symbol");
  auto fitting = matching(candidates, name.offset, name.size);
  if (fitting.empty() && options_.mismatch == Mismatch::GoOn) fitting = matching(candidates, name.offset, {});
  if (fitting.empty()) return fail("another size than the log says");
  Resolution out;
  const bool before = name.kind == CodeName::Kind::Return && name.offset > 0;
  for (const auto& symbol : fitting) {
    auto chain = binary.look_up(symbol.address + name.offset - (before ? 1 : 0), roots_);
    if (chain.empty()) continue;
    if (std::find(out.chains.begin(), out.chains.end(), chain) == out.chains.end())
      out.chains.push_back(std::move(chain));
  }
  const bool lines = std::any_of(out.chains.begin(), out.chains.end(), [](const auto& c) { return c.back().line > 0; });
  if (!lines) return fail("no line information");
  return out;
}

Resolution Symbolizer::resolve(uint64_t address, CodeName::Kind kind) {
  const std::lock_guard lock(looking_up_);
  const auto symbol = vmlinux_->symbols().at(address);
  if (!symbol) return fail("no symbol holds the address");
  const bool before = kind == CodeName::Kind::Return && address > symbol->address;
  auto chain = vmlinux_->look_up(address - (before ? 1 : 0), roots_);
  if (chain.empty() || chain.back().line == 0) return fail("no line information");
  return {{std::move(chain)}, {}};
}

std::optional<uint64_t> Symbolizer::address_of(std::string_view symbol) const {
  const auto found = vmlinux_->symbols().find(symbol);
  if (found.size() != 1 || found.front().name != symbol) return std::nullopt;
  return found.front().address;
}

std::optional<std::string> Symbolizer::release_mismatch(std::string_view release) const {
  if (release.empty() || release_.empty() || release == release_) return std::nullopt;
  return "the log is of Linux " + std::string(release) + ", but " + options_.vmlinux + " is " + release_;
}

std::optional<std::string> Symbolizer::build_id_mismatch(std::string_view build_id) const {
  const std::string own = vmlinux_->file().build_id();
  if (build_id.empty() || own.empty() || build_id == own) return std::nullopt;
  return "the log's kernel has build id " + std::string(build_id) + ", but " + options_.vmlinux + " has " + own;
}

std::optional<std::string> Symbolizer::mismatch(const KernelInfo& crashed) const {
  const auto release = release_mismatch(crashed.release);
  return release ? release : build_id_mismatch(crashed.build_id);
}

bool Symbolizer::refuses(const KernelInfo& crashed) const {
  return options_.mismatch == Mismatch::Refuse && mismatch(crashed);
}

KernelInfo Symbolizer::kernel() const {
  KernelInfo out;
  out.release = release_;
  out.build_id = vmlinux_->file().build_id();
  return out;
}

namespace {

/// The frames that `chain` stands for in place of `frame`.
std::vector<Frame> expand(const Frame& frame, const Resolution::Chain& chain) {
  std::vector<Frame> out;
  for (const auto& place : chain) {
    Frame next = frame;
    if (place.inlined) {
      next.function = place.function;
      next.offset.reset();
      next.size.reset();
      next.address.reset();
      next.inlined = true;
    }
    next.file = place.file;
    next.line = place.line;
    out.push_back(std::move(next));
  }
  return out;
}

bool same_code(const Frame& a, const Frame& b) { return a.function == b.function && a.offset == b.offset; }

}  // namespace

void Symbolizer::symbolize(Stack& stack) {
  std::vector<Frame> frames;
  const Frame* fault = nullptr;
  for (const Frame& frame : stack.frames) {
    // arm64 and riscv repeat the faulting instruction as the trace's first frame.
    const bool exact = frame.at_fault || (fault != nullptr && same_code(frame, *fault));
    if (frame.at_fault) fault = &frame;
    if (frame.function.empty() || !frame.offset || !frame.file.empty() || frame.inlined) {
      frames.push_back(frame);
      continue;
    }
    const CodeName name{frame.function, *frame.offset,  frame.size,
                        frame.module,   frame.build_id, exact ? CodeName::Kind::Exact : CodeName::Kind::Return};
    const Resolution resolution = resolve(name);
    if (const auto* chain = resolution.only()) {
      for (auto& next : expand(frame, *chain)) frames.push_back(std::move(next));
    } else {
      frames.push_back(frame);
    }
  }
  stack.frames = std::move(frames);
}

void Symbolizer::symbolize(CrashReport& report) {
  if (refuses(report.kernel)) return warn(*mismatch(report.kernel) + "; --force takes it nevertheless");
  for (auto& stack : report.stacks) symbolize(stack);
  if (report.guilty) place_guilty(report);
  if (options_.rules == nullptr) return;
  if (auto file = find_guilty_file(options_.rules->guilty_files, report.title, report.stacks); !file.empty()) {
    report.guilty_file = std::move(file);
  }
}

namespace {

/// The frame whose code `guilty` names; null if no frame does.
const Frame* frame_of(const Guilty& guilty, const Stack& stack) {
  const auto found = std::find_if(stack.frames.begin(), stack.frames.end(), [&](const Frame& frame) {
    return frame.line > 0 && strip_compiler_suffix(frame.function) == guilty.function;
  });
  return found == stack.frames.end() ? nullptr : &*found;
}

}  // namespace

void Symbolizer::place_guilty(CrashReport& report) const {
  for (const auto& stack : report.stacks) {
    const Frame* frame = frame_of(*report.guilty, stack);
    if (frame == nullptr) continue;
    if (report.guilty->line == 0) {
      report.guilty->file = frame->file;
      report.guilty->line = frame->line;
    }
    if (frame->inlined || !frame->at_fault || !guilty_) return;
    // The fault stands in a function of the same source file that was inlined here. Helpers from headers do not count:
    // that nearly everything goes wrong in some list_add() says nothing. Nor do calls: what was called may be a
    // wrapper.
    CrashReport nearer;
    Stack& calls = nearer.stacks.emplace_back();
    const Frame* first = frame;
    while (first != stack.frames.data() && (first - 1)->inlined) --first;
    std::copy_if(first, frame + 1, std::back_inserter(calls.frames),
                 [&](const Frame& call) { return call.file == frame->file; });
    const auto found = guilty_->find(nearer);
    if (!found || found->function == report.guilty->function) return;
    report.guilty->function = found->function;
    report.guilty->line = found->line;
    report.guilty->why += "; the instruction itself was inlined from " + found->function;
    return;
  }
}

}  // namespace ktriage
