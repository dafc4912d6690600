#include "symbolizer/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <utility>

#include "symbolizer/decompress.h"
#include "symbolizer/relocation.h"

namespace ktriage {
namespace {

// Where the first section of a relocatable file is put: 0 must stay an address that nothing has.
constexpr uint64_t kFirstAddress = 0x1000000;
constexpr uint64_t kMaxAlignment = 1 << 20;
constexpr uint64_t kPage = 4096;

struct RawSection {
  uint32_t name = 0;
  uint64_t offset = 0;
};

}  // namespace

bool ElfSection::holds_code() const { return (flags & SHF_ALLOC) != 0 && (flags & SHF_EXECINSTR) != 0; }

Result<ElfFile> ElfFile::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return file.errors();
  ElfFile elf;
  elf.name_ = path;
  elf.file_ = std::move(file.value());
  elf.bytes_ = elf.file_.bytes();
  if (auto error = elf.read()) return *error;
  return elf;
}

Result<ElfFile> ElfFile::parse(std::string_view bytes, std::string name) {
  ElfFile elf;
  elf.name_ = std::move(name);
  elf.bytes_ = bytes;
  if (auto error = elf.read()) return *error;
  return elf;
}

Result<ElfFile> ElfFile::keep(std::string bytes, std::string name) {
  ElfFile elf;
  elf.name_ = std::move(name);
  elf.kept_ = std::make_unique<std::string>(std::move(bytes));
  elf.bytes_ = *elf.kept_;
  if (auto error = elf.read()) return *error;
  return elf;
}

std::optional<Diagnostic> ElfFile::read() {
  if (!bytes_.starts_with(std::string_view(ELFMAG, SELFMAG)) || bytes_.size() < EI_NIDENT) {
    return error("no ELF file; what is wanted is the vmlinux of the build, or a .ko, not bzImage or System.map");
  }
  const char file_class = bytes_[EI_CLASS];
  const char encoding = bytes_[EI_DATA];
  if ((file_class != ELFCLASS32 && file_class != ELFCLASS64) || (encoding != ELFDATA2LSB && encoding != ELFDATA2MSB)) {
    return error("damaged ELF header: neither 32 nor 64 bits, or of no known byte order");
  }
  wide_ = file_class == ELFCLASS64;
  order_ = encoding == ELFDATA2MSB ? ByteReader::Order::Big : ByteReader::Order::Little;
  const size_t word = wide_ ? 8 : 4;

  ByteReader header(bytes_, order_, EI_NIDENT);
  const uint16_t type = header.u16();
  relocatable_ = type == ET_REL;
  machine_ = header.u16();
  header.skip(4 + word + word);  // version, entry, program headers
  const uint64_t table = header.number(word);
  header.skip(4 + 2 + 2 + 2);  // flags, header size, size and number of program headers
  const uint64_t entry_size = header.u16();
  uint64_t count = header.u16();
  uint64_t names_index = header.u16();
  if (header.failed()) return error("truncated in its ELF header");
  if (table == 0) return error("without sections: stripped of all that symbolizing needs");
  const uint64_t needed = wide_ ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
  if (entry_size < needed) return error("damaged ELF header: section entries are too short");

  std::vector<RawSection> raw;
  const auto read_entry = [&](uint64_t index) {
    ElfSection section;
    RawSection place;
    ByteReader entry(bytes_, order_);
    entry.seek(table);
    entry.skip(index * entry_size);
    place.name = entry.u32();
    section.type = entry.u32();
    section.flags = entry.number(word);
    section.address = entry.number(word);
    place.offset = entry.number(word);
    section.size = entry.number(word);
    section.link = entry.u32();
    section.info = entry.u32();
    section.alignment = std::max<uint64_t>(entry.number(word), 1);
    if (entry.failed()) return false;
    if (section.type != SHT_NOBITS && place.offset < bytes_.size()) {
      section.bytes = bytes_.substr(place.offset, std::min<uint64_t>(section.size, bytes_.size() - place.offset));
    }
    sections_.push_back(section);
    raw.push_back(place);
    return true;
  };
  if (!read_entry(0)) return error("truncated: the section table lies beyond the end of the file; copy it again");
  if (count == 0) count = sections_[0].size;  // more than 0xff00 of them
  if (names_index == SHN_XINDEX) names_index = sections_[0].link;
  for (uint64_t i = 1; i < count; ++i) {
    if (!read_entry(i)) return error("truncated: the section table lies beyond the end of the file; copy it again");
  }
  if (names_index < sections_.size()) {
    for (size_t i = 0; i < sections_.size(); ++i) {
      sections_[i].name = ByteReader(sections_[names_index].bytes, order_, raw[i].name).text();
    }
  }
  if (relocatable_) lay_out();
  const auto symbols =
      std::find_if(sections_.begin(), sections_.end(), [](const ElfSection& s) { return s.type == SHT_SYMTAB; });
  if (symbols != sections_.end() && symbols->link < sections_.size()) {
    symbols_ = symbols->bytes;
    symbol_names_ = sections_[symbols->link].bytes;
  }
  return std::nullopt;
}

namespace {

bool is_init_code(const ElfSection& section) { return section.holds_code() && section.name.starts_with(".init"); }
bool is_lasting_code(const ElfSection& section) { return section.holds_code() && !section.name.starts_with(".init"); }
bool is_data(const ElfSection& section) { return (section.flags & SHF_ALLOC) != 0 && !section.holds_code(); }

}  // namespace

/// Gives each section of a relocatable file an address. Code lies as the module loader puts it (kernel/module/main.c,
/// layout_sections()): section behind section as the file has them, those for initialization apart. The distance from a
/// symbol to the next, which the kernel prints as a function's size, may span two of them, and the last one's function
/// reaches to the end of the last page.
void ElfFile::lay_out() {
  for (auto& section : sections_) section.address = 0;
  uint64_t next = kFirstAddress;
  lay_out(next, is_lasting_code);
  lay_out(next, is_init_code);
  lay_out(next, is_data);
}

void ElfFile::lay_out(uint64_t& next, bool (*belongs)(const ElfSection&)) {
  const auto align = [&next](uint64_t alignment) { next = (next + alignment - 1) / alignment * alignment; };
  for (auto& section : sections_) {
    if (!belongs(section)) continue;
    align(std::min<uint64_t>(section.alignment, kMaxAlignment));
    section.address = next;
    next += std::min<uint64_t>(section.size, uint64_t{1} << 40);
  }
  align(kPage);
  for (auto& section : sections_) {
    if (belongs(section)) section.memory_end = next;
  }
  next += kPage;
  align(kMaxAlignment);
}

const ElfSection* ElfFile::find_section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const auto& s) { return s.name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

const ElfSection* ElfFile::section_at(uint64_t address) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const ElfSection& section) {
    return (section.flags & SHF_ALLOC) != 0 && address >= section.address && address - section.address < section.size &&
           (section.flags & SHF_TLS) == 0 && section.address != 0;
  });
  return found == sections_.end() ? nullptr : &*found;
}

size_t ElfFile::symbol_count() const { return symbols_.size() / (wide_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)); }

void ElfFile::for_each_symbol(const std::function<void(const ElfSymbol&)>& visit) const {
  const size_t entry_size = wide_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
  const size_t count = symbol_count();
  for (size_t i = 0; i < count; ++i) {
    ByteReader entry(symbols_.substr(i * entry_size, entry_size), order_);
    ElfSymbol symbol;
    symbol.name = entry.u32();
    uint8_t info = 0;
    if (wide_) {
      info = entry.u8();
      entry.skip(1);
      symbol.section = entry.u16();
      symbol.address = entry.u64();
      symbol.size = entry.u64();
    } else {
      symbol.address = entry.u32();
      symbol.size = entry.u32();
      info = entry.u8();
      entry.skip(1);
      symbol.section = entry.u16();
    }
    symbol.type = info & 0xf;
    if (symbol.name == 0 || symbol.section == SHN_UNDEF || symbol.section >= sections_.size()) continue;
    const ElfSection& section = sections_[symbol.section];
    if (relocatable_) {
      if ((section.flags & SHF_ALLOC) == 0) continue;
      symbol.address += section.address;
    }
    if (machine_ == EM_ARM && symbol.type == STT_FUNC) symbol.address &= ~uint64_t{1};  // Thumb
    visit(symbol);
  }
}

std::string_view ElfFile::symbol_name(uint32_t offset) const {
  return ByteReader(symbol_names_, order_, offset).text();
}

bool ElfFile::symbol_is_called(uint32_t offset, std::string_view name) const {
  if (offset >= symbol_names_.size()) return false;
  const auto rest = symbol_names_.substr(offset);
  return rest.starts_with(name) && rest.size() > name.size() && rest[name.size()] == '\0';
}

std::string ElfFile::build_id() const {
  for (const auto& section : sections_) {
    if (section.type != SHT_NOTE) continue;
    ByteReader notes(section.bytes, order_);
    while (notes.left() >= 12) {
      const uint32_t name_size = notes.u32();
      const uint32_t size = notes.u32();
      const uint32_t type = notes.u32();
      const std::string_view owner = notes.bytes((uint64_t{name_size} + 3) / 4 * 4);
      const std::string_view content = notes.bytes((uint64_t{size} + 3) / 4 * 4).substr(0, size);
      if (type != NT_GNU_BUILD_ID || !owner.starts_with("GNU") || content.empty()) continue;
      std::string id;
      for (const char c : content) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        id += kDigits[static_cast<uint8_t>(c) >> 4];
        id += kDigits[static_cast<uint8_t>(c) & 15];
      }
      return id;
    }
  }
  return {};
}

std::string_view ElfFile::debug_link() const {
  const ElfSection* section = find_section(".gnu_debuglink");
  return section == nullptr ? std::string_view() : ByteReader(section->bytes, order_).text();
}

std::string_view ElfFile::memory_at(uint64_t address) const {
  const ElfSection* section = section_at(address);
  if (section == nullptr || address - section->address >= section->bytes.size()) return {};
  return section->bytes.substr(address - section->address);
}

bool ElfFile::has_debug_info() const {
  for (const auto* name : {".debug_info", ".zdebug_info"}) {
    const ElfSection* section = find_section(name);
    if (section != nullptr && section->type != SHT_NOBITS) return true;
  }
  return false;
}

Result<std::string_view> ElfFile::debug_section(std::string_view name) const {
  const ElfSection* section = find_section("." + std::string(name));
  const ElfSection* old_style = section != nullptr ? nullptr : find_section(".z" + std::string(name));
  if (section == nullptr) section = old_style;
  if (section == nullptr || section->type == SHT_NOBITS) return std::string_view();
  if (section->bytes.size() < section->size) {
    return error("truncated: " + std::string(section->name) + " lies beyond the end of the file; copy it again");
  }
  const bool compressed = (section->flags & SHF_COMPRESSED) != 0;
  if (!compressed && old_style == nullptr && !relocatable_) return section->bytes;

  const std::lock_guard lock(*mutex_);
  for (const auto& known : prepared_) {
    if (known->name == name) return std::string_view(known->bytes);
  }
  auto prepared = std::make_unique<Prepared>();
  prepared->name = name;
  if (compressed || old_style != nullptr) {
    auto inflated = compressed ? inflate_section(section->bytes, order_, wide_) : inflate_old_section(section->bytes);
    if (!inflated) return error(std::string(section->name) + ": " + inflated.errors().front().message);
    prepared->bytes = std::move(inflated.value());
  } else {
    prepared->bytes = section->bytes;
  }
  if (relocatable_) relocate_section(*this, static_cast<size_t>(section - sections_.data()), prepared->bytes);
  prepared_.push_back(std::move(prepared));
  return std::string_view(prepared_.back()->bytes);
}

}  // namespace ktriage
