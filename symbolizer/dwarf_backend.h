#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "symbolizer/backend.h"
#include "symbolizer/dwarf_sections.h"
#include "symbolizer/index_cache.h"
#include "symbolizer/unit_map.h"

namespace ktriage {

/// The backend in our own process. Each unit that is asked for is decoded once and kept, in memory and in the cache.
class DwarfBackend : public Backend {
 public:
  using Warn = std::function<void(const std::string&)>;

  /// `file` must outlive the backend. `cache` may be null; `warn` is told if it cannot be written. An error if the file
  /// has no debug information that can be read.
  static Result<std::unique_ptr<DwarfBackend>> open(
      const ElfFile& file, std::unique_ptr<IndexCache> cache, Warn warn = [](const std::string&) {});

  std::string_view name() const override { return "dwarf"; }
  std::vector<SourceFrame> look_up(uint64_t address) override;

  /// Decodes every unit that is not there yet, `jobs` at a time, and saves them.
  void prepare(unsigned jobs) override;
  /// Writes what was decoded into the cache, if there is one; also done at the end of the object's life.
  void save();
  ~DwarfBackend() override { save(); }

 private:
  DwarfBackend(const ElfFile& file, std::unique_ptr<IndexCache> cache, Warn warn);
  std::optional<Diagnostic> load_sections();
  const UnitIndex* unit(uint64_t offset);
  std::string decode(uint64_t offset) const;
  void note_decoded(uint64_t bytes);

  const ElfFile& file_;
  Warn warn_;
  DwarfSections sections_;
  bool sections_loaded_ = false;
  std::unique_ptr<IndexCache> cache_;
  UnitMap map_;
  std::vector<AddressRange> code_;
  struct Decoded {
    std::string bytes;  // empty: it is the cache's
    UnitIndex index;
  };
  std::map<uint64_t, Decoded> units_;
  uint64_t decoded_bytes_ = 0;  // since pages were given back
  bool dirty_ = false;
};

}  // namespace ktriage
