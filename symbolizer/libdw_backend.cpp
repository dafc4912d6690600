#include "symbolizer/libdw_backend.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "symbolizer/source_path.h"

namespace ktriage {
namespace {

struct SessionEnd {
  void operator()(Dwfl* session) const { dwfl_end(session); }
};
using Session = std::unique_ptr<Dwfl, SessionEnd>;

Session begin_session() {
  static char* no_path = nullptr;
  static const Dwfl_Callbacks callbacks = {dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                           dwfl_offline_section_address, &no_path};
  return Session(dwfl_begin(&callbacks));
}

struct Scopes {
  Dwarf_Die* entries = nullptr;
  int count = 0;
  Scopes() = default;
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;
  ~Scopes() { std::free(entries); }  // NOLINT(cppcoreguidelines-no-malloc): libdw allocates so
};

class LibdwBackend : public Backend {
 public:
  LibdwBackend(const ElfFile& file, Session session, Dwfl_Module* module)
      : file_(file), session_(std::move(session)), module_(module) {}

  std::string_view name() const override { return "libdw"; }

  std::vector<SourceFrame> look_up(uint64_t address) override {
    texts_.clear();
    const auto placed = to_session(address);
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = placed ? dwfl_module_addrdie(module_, *placed, &bias) : nullptr;
    if (unit == nullptr) return {};
    SourceFrame frame;
    if (Dwfl_Line* line = dwfl_module_getsrc(module_, *placed)) {
      int number = 0;
      const char* path = dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
      frame.file = keep(path == nullptr ? "" : tidy_path(path));
      frame.line = static_cast<uint32_t>(number);
    }
    auto frames = chain(unit, *placed - bias, frame);
    if (frames.empty() && !frame.file.empty()) frames.push_back(frame);
    return frames;
  }

 private:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  /// libdwfl gives the sections of a module addresses of its own.
  std::optional<uint64_t> to_session(uint64_t address) {
    if (!file_.is_relocatable()) return address;
    const ElfSection* section = file_.section_at(address);
    Dwarf_Addr bias = 0;
    Elf* elf = dwfl_module_getelf(module_, &bias);
    if (section == nullptr || elf == nullptr) return std::nullopt;
    GElf_Shdr header;
    Elf_Scn* found = elf_getscn(elf, static_cast<size_t>(section - file_.sections().data()));
    if (found == nullptr || gelf_getshdr(found, &header) == nullptr) return std::nullopt;
    return header.sh_addr + bias + (address - section->address);
  }

  uint64_t number_of(Dwarf_Die* entry, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr(entry, name, &attribute), &value) != 0) return 0;
    return value;
  }

  std::string_view file_at(Dwarf_Die* unit, uint64_t index) {
    Dwarf_Files* files = nullptr;
    size_t count = 0;
    if (dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count) return {};
    const char* path = dwarf_filesrc(files, index, nullptr, nullptr);
    return path == nullptr ? std::string_view() : keep(tidy_path(path));
  }

  /// `frame` has the innermost place; the entries that hold the address give the rest.
  std::vector<SourceFrame> chain(Dwarf_Die* unit, uint64_t address, SourceFrame frame) {
    Scopes innermost;
    innermost.count = dwarf_getscopes(unit, address, &innermost.entries);
    if (innermost.count <= 0) return {};
    Scopes scopes;
    scopes.count = dwarf_getscopes_die(innermost.entries, &scopes.entries);
    std::vector<SourceFrame> frames;
    for (int i = 0; i < scopes.count; ++i) {
      Dwarf_Die* entry = scopes.entries + i;
      const int tag = dwarf_tag(entry);
      if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
      const char* name = dwarf_diename(entry);
      frame.function = keep(name == nullptr ? "" : name);
      frame.inlined = tag == DW_TAG_inlined_subroutine;
      frames.push_back(frame);
      if (!frame.inlined) break;
      frame.file = file_at(unit, number_of(entry, DW_AT_call_file));
      frame.line = static_cast<uint32_t>(number_of(entry, DW_AT_call_line));
    }
    return frames;
  }

  const ElfFile& file_;
  Session session_;
  Dwfl_Module* module_;
  std::deque<std::string> texts_;  // what the last look-up's views are of
};

}  // namespace

Result<std::unique_ptr<Backend>> open_libdw_backend(const ElfFile& file) {
  Session session = begin_session();
  if (!session) return Diagnostic{file.name(), 0, 0, "libdw cannot be used: " + std::string(dwfl_errmsg(-1))};
  Dwfl_Module* module = dwfl_report_offline(session.get(), "kernel", file.name().c_str(), -1);
  dwfl_report_end(session.get(), nullptr, nullptr);
  Dwarf_Addr bias = 0;
  if (module == nullptr || dwfl_module_getdwarf(module, &bias) == nullptr) {
    return Diagnostic{file.name(), 0, 0, "libdw cannot read it: " + std::string(dwfl_errmsg(-1))};
  }
  return std::unique_ptr<Backend>(new LibdwBackend(file, std::move(session), module));
}

}  // namespace ktriage
