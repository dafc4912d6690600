#include "symbolizer/dwarf_sections.h"

#include <utility>

namespace ktriage {

Result<DwarfSections> dwarf_sections(const ElfFile& file) {
  DwarfSections out;
  out.order = file.order();
  const std::pair<const char*, std::string_view*> wanted[] = {
      {"debug_info", &out.info},         {"debug_abbrev", &out.abbrev},     {"debug_line", &out.line},
      {"debug_str", &out.str},           {"debug_line_str", &out.line_str}, {"debug_ranges", &out.ranges},
      {"debug_rnglists", &out.rnglists}, {"debug_addr", &out.addr},         {"debug_str_offsets", &out.str_offsets},
      {"debug_aranges", &out.aranges},
  };
  for (const auto& [name, section] : wanted) {
    const auto bytes = file.debug_section(name);
    if (!bytes) return bytes.errors();
    *section = bytes.value();
  }
  return out;
}

}  // namespace ktriage
