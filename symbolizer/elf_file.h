#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"
#include "symbolizer/byte_reader.h"
#include "symbolizer/mapped_file.h"

namespace ktriage {

struct ElfSection {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0;
  uint64_t address = 0;    ///< of relocatable files: given by us, so that no two sections overlap
  uint64_t size = 0;       ///< in memory
  std::string_view bytes;  ///< as they stand in the file, perhaps compressed; empty for NOBITS
  uint32_t link = 0;
  uint32_t info = 0;
  uint64_t alignment = 1;
  /// Of relocatable files: where the memory ends that the module loader gives this section and its like.
  uint64_t memory_end = 0;
  bool holds_code() const;
};

struct ElfSymbol {
  uint32_t name = 0;  ///< for ElfFile::symbol_name(); never 0
  uint64_t address = 0;
  uint64_t size = 0;
  uint32_t section = 0;
  uint8_t type = 0;  ///< STT_*
};

/// A vmlinux or a module (gabi 4.1): sections, symbols, notes. Malformed tables are cut at their first broken entry;
/// reading never leaves the file. Views live as long as the object.
class ElfFile {
 public:
  /// Reads and checks the header and the section table only.
  static Result<ElfFile> open(const std::string& path);
  /// The same for bytes in memory, which must outlive the object; `name` stands in messages.
  static Result<ElfFile> parse(std::string_view bytes, std::string name);
  /// The same for bytes that the object keeps: a module that was decompressed.
  static Result<ElfFile> keep(std::string bytes, std::string name);

  const std::string& name() const { return name_; }
  uint16_t machine() const { return machine_; }  ///< EM_*
  bool is_relocatable() const { return relocatable_; }
  bool is_64bit() const { return wide_; }
  ByteReader::Order order() const { return order_; }
  uint64_t file_size() const { return bytes_.size(); }

  const std::vector<ElfSection>& sections() const { return sections_; }
  const ElfSection* find_section(std::string_view name) const;
  /// The section whose memory holds `address`; null if none does.
  const ElfSection* section_at(uint64_t address) const;

  /// Calls `visit` for every symbol that has a name and a section. Linear.
  void for_each_symbol(const std::function<void(const ElfSymbol&)>& visit) const;
  /// How many symbols there are at most.
  size_t symbol_count() const;
  /// Empty if the offset is none. Linear in the name's length.
  std::string_view symbol_name(uint32_t offset) const;
  /// The same as symbol_name(offset) == name, but cheaper.
  bool symbol_is_called(uint32_t offset, std::string_view name) const;

  /// Lower-case hexadecimal; empty if there is none (.note.gnu.build-id).
  std::string build_id() const;
  /// File name of .gnu_debuglink; empty if there is none.
  std::string_view debug_link() const;
  /// The bytes that stand at `address` in memory, up to the end of their section; empty if there are none.
  std::string_view memory_at(uint64_t address) const;

  /// Bytes of a debug section, as needed for reading: inflated, relocated. `name` without its dot, "debug_info". Empty
  /// if there is no such section. Thread-safe; done once.
  Result<std::string_view> debug_section(std::string_view name) const;
  bool has_debug_info() const;

  /// The file's bytes if they are not those on disk, which are compressed; else empty.
  std::string_view decompressed_bytes() const { return kept_ ? *kept_ : std::string_view(); }

  void forget_pages() const { file_.forget_pages(); }

 private:
  struct Prepared {
    std::string name;
    std::string bytes;
  };

  Diagnostic error(const std::string& what) const { return {name_, 0, 0, what}; }
  std::optional<Diagnostic> read();
  void lay_out();
  void lay_out(uint64_t& next, bool (*belongs)(const ElfSection&));

  std::string name_;
  MappedFile file_;
  std::unique_ptr<std::string> kept_;
  std::string_view bytes_;
  ByteReader::Order order_ = ByteReader::Order::Little;
  bool wide_ = true;
  bool relocatable_ = false;
  uint16_t machine_ = 0;
  std::vector<ElfSection> sections_;
  std::string_view symbols_;  // .symtab's bytes
  std::string_view symbol_names_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  mutable std::vector<std::unique_ptr<Prepared>> prepared_;
};

}  // namespace ktriage
