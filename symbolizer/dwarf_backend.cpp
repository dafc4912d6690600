#include "symbolizer/dwarf_backend.h"

#include <atomic>
#include <thread>
#include <utility>

#include "symbolizer/unit_decoder.h"

namespace ktriage {
namespace {

// How much of the file may be in memory before its pages are given back.
constexpr uint64_t kPagesToKeep = 48 << 20;

std::vector<AddressRange> code_of(const ElfFile& file) {
  std::vector<AddressRange> code;
  for (const auto& section : file.sections()) {
    if (section.holds_code() && section.size > 0) code.push_back({section.address, section.address + section.size});
  }
  return code;
}

}  // namespace

Result<std::unique_ptr<DwarfBackend>> DwarfBackend::open(const ElfFile& file, std::unique_ptr<IndexCache> cache,
                                                         Warn warn) {
  if (!file.has_debug_info()) {
    return Diagnostic{file.name(), 0, 0,
                      "holds no debug information (.debug_info); build with CONFIG_DEBUG_INFO, or take the "
                      "distribution's -dbg package"};
  }
  std::unique_ptr<DwarfBackend> backend(new DwarfBackend(file, std::move(cache), std::move(warn)));
  // Inflating sections takes long: not if the cache may have all that will be asked for.
  if (backend->map_.stretches().empty()) {
    if (auto error = backend->load_sections()) return *error;
  }
  return backend;
}

DwarfBackend::DwarfBackend(const ElfFile& file, std::unique_ptr<IndexCache> cache, Warn warn)
    : file_(file),
      warn_(std::move(warn)),
      cache_(std::move(cache)),
      map_(cache_ && !cache_->stretches().empty() ? UnitMap(sections_, cache_->stretches(), cache_->is_complete())
                                                  : UnitMap(sections_)),
      code_(code_of(file)) {}

std::optional<Diagnostic> DwarfBackend::load_sections() {
  if (sections_loaded_) return std::nullopt;
  sections_loaded_ = true;
  auto sections = dwarf_sections(file_);
  if (!sections) return sections.errors().front();
  sections_ = sections.value();
  return std::nullopt;
}

std::string DwarfBackend::decode(uint64_t offset) const {
  auto unit = DwarfUnit::read_header(sections_, offset);
  if (!unit || !unit->load(sections_)) return {};
  return decode_unit(sections_, *unit, code_);
}

void DwarfBackend::note_decoded(uint64_t bytes) {
  dirty_ = true;
  decoded_bytes_ += bytes;
  if (decoded_bytes_ < kPagesToKeep) return;
  decoded_bytes_ = 0;
  file_.forget_pages();
}

const UnitIndex* DwarfBackend::unit(uint64_t offset) {
  const auto known = units_.find(offset);
  if (known != units_.end()) return &known->second.index;
  Decoded decoded{{}, UnitIndex({})};
  if (const auto cached = cache_ ? cache_->find(offset) : std::nullopt) {
    decoded.index = UnitIndex(*cached);
  } else {
    load_sections();  // if that fails, there is nothing to decode
    decoded.bytes = decode(offset);
    const auto unit = DwarfUnit::read_header(sections_, offset);
    note_decoded(unit ? unit->end() - unit->offset() : 0);
  }
  auto& kept = units_.emplace(offset, std::move(decoded)).first->second;
  if (!kept.bytes.empty()) kept.index = UnitIndex(kept.bytes);
  return &kept.index;
}

std::vector<SourceFrame> DwarfBackend::look_up(uint64_t address) {
  std::vector<SourceFrame> frames;
  auto offset = map_.find_known(address);
  if (!offset && !map_.is_complete()) {
    load_sections();
    offset = map_.find(address);
  }
  if (offset) unit(*offset)->look_up(address, frames);
  return frames;
}

void DwarfBackend::prepare(unsigned jobs) {
  if (!map_.is_complete()) load_sections();
  std::vector<uint64_t> wanted;
  for (const uint64_t offset : map_.all()) {
    if (units_.count(offset) == 0 && !(cache_ && cache_->find(offset))) wanted.push_back(offset);
  }
  if (wanted.empty()) return;
  load_sections();
  std::vector<std::string> decoded(wanted.size());
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> bytes{0};
  const auto work = [&] {
    for (size_t i = next++; i < wanted.size(); i = next++) {
      decoded[i] = decode(wanted[i]);
      const auto unit = DwarfUnit::read_header(sections_, wanted[i]);
      const uint64_t before = bytes.fetch_add(unit ? unit->end() - unit->offset() : 0);
      if (before / kPagesToKeep != bytes.load() / kPagesToKeep) file_.forget_pages();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto& kept = units_.emplace(wanted[i], Decoded{std::move(decoded[i]), UnitIndex({})}).first->second;
    kept.index = UnitIndex(kept.bytes);
  }
  dirty_ = true;
  save();
}

void DwarfBackend::save() {
  if (!dirty_ || !cache_) return;
  dirty_ = false;
  std::map<uint64_t, std::string_view> units;
  for (const auto& [offset, decoded] : units_) {
    if (decoded.index.valid()) units.emplace(offset, decoded.index.bytes());
  }
  if (!cache_->save(units, map_.stretches(), map_.is_complete())) warn_(why_not_written(cache_->path()));
}

}  // namespace ktriage
