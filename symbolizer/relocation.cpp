#include "symbolizer/relocation.h"

#include <elf.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "symbolizer/byte_reader.h"
#include "symbolizer/elf_file.h"

namespace ktriage {
namespace {

enum class Action : uint8_t { None, Set, Add, Subtract };

/// What a relocation does to a field of `bits` bits; 6: the low six of a byte (riscv).
struct Effect {
  Action action = Action::None;
  unsigned bits = 0;
};

constexpr uint32_t kLoongArch = 258;  // EM_LOONGARCH, which older <elf.h> lack

Effect riscv_effect(uint32_t type) {
  switch (type) {
    case R_RISCV_32:
      return {Action::Set, 32};
    case R_RISCV_64:
      return {Action::Set, 64};
    case R_RISCV_ADD8:
      return {Action::Add, 8};
    case R_RISCV_ADD16:
      return {Action::Add, 16};
    case R_RISCV_ADD32:
      return {Action::Add, 32};
    case R_RISCV_ADD64:
      return {Action::Add, 64};
    case R_RISCV_SUB8:
      return {Action::Subtract, 8};
    case R_RISCV_SUB16:
      return {Action::Subtract, 16};
    case R_RISCV_SUB32:
      return {Action::Subtract, 32};
    case R_RISCV_SUB64:
      return {Action::Subtract, 64};
    case R_RISCV_SET6:
      return {Action::Set, 6};
    case R_RISCV_SUB6:
      return {Action::Subtract, 6};
    case R_RISCV_SET8:
      return {Action::Set, 8};
    case R_RISCV_SET16:
      return {Action::Set, 16};
    case R_RISCV_SET32:
      return {Action::Set, 32};
    default:
      return {};
  }
}

/// LoongArch's type numbers: 1 and 2 set, 47 to 53 add and subtract in 8 to 64 bits (24 among them).
Effect loongarch_effect(uint32_t type) {
  switch (type) {
    case 1:
      return {Action::Set, 32};
    case 2:
      return {Action::Set, 64};
    case 47:
      return {Action::Add, 8};
    case 48:
      return {Action::Add, 16};
    case 50:
      return {Action::Add, 32};
    case 51:
      return {Action::Add, 64};
    case 52:
      return {Action::Subtract, 8};
    case 53:
      return {Action::Subtract, 16};
    case 55:
      return {Action::Subtract, 32};
    case 56:
      return {Action::Subtract, 64};
    default:
      return {};
  }
}

Effect effect_of(uint16_t machine, uint32_t type) {
  const auto set = [&](uint32_t type32, uint32_t type64) -> Effect {
    if (type == type64) return {Action::Set, 64};
    if (type == type32) return {Action::Set, 32};
    return {};
  };
  switch (machine) {
    case EM_X86_64:
      return set(R_X86_64_32, R_X86_64_64);
    case EM_386:
      return set(R_386_32, ~0U);
    case EM_AARCH64:
      return set(R_AARCH64_ABS32, R_AARCH64_ABS64);
    case EM_ARM:
      return set(R_ARM_ABS32, ~0U);
    case EM_PPC64:
      return set(R_PPC64_ADDR32, R_PPC64_ADDR64);
    case EM_PPC:
      return set(R_PPC_ADDR32, ~0U);
    case EM_S390:
      return set(R_390_32, R_390_64);
    case EM_MIPS:
      return set(R_MIPS_32, R_MIPS_64);
    case EM_RISCV:
      return riscv_effect(type);
    case kLoongArch:
      return loongarch_effect(type);
    default:
      return {};
  }
}

/// Addresses of all symbols, by their number.
std::vector<uint64_t> symbol_values(const ElfFile& file, const ElfSection& table) {
  const size_t entry_size = file.is_64bit() ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
  std::vector<uint64_t> values;
  values.reserve(table.bytes.size() / entry_size);
  for (size_t at = 0; at + entry_size <= table.bytes.size(); at += entry_size) {
    ByteReader entry(table.bytes.substr(at, entry_size), file.order());
    entry.skip(file.is_64bit() ? 6 : 14);
    uint64_t value = 0;
    uint16_t section = 0;
    if (file.is_64bit()) {
      section = entry.u16();
      value = entry.u64();
    } else {
      section = entry.u16();
      value = ByteReader(table.bytes, file.order(), at + 4).u32();
    }
    if (section < file.sections().size()) value += file.sections()[section].address;
    values.push_back(value);
  }
  return values;
}

class Field {
 public:
  Field(std::string& bytes, uint64_t offset, unsigned bits, ByteReader::Order order)
      : bytes_(bytes), offset_(offset), size_(bits == 6 ? 1 : bits / 8), order_(order) {}

  bool in_range() const { return size_ <= bytes_.size() && offset_ <= bytes_.size() - size_; }
  uint64_t load() const { return ByteReader(bytes_, order_, offset_).number(size_); }
  void store(uint64_t value) {
    for (size_t i = 0; i < size_; ++i) {
      const size_t at = order_ == ByteReader::Order::Little ? i : size_ - 1 - i;
      bytes_[offset_ + at] = static_cast<char>(value >> (8 * i) & 0xff);
    }
  }

 private:
  std::string& bytes_;
  uint64_t offset_;
  size_t size_;
  ByteReader::Order order_;
};

void apply(Effect effect, uint64_t value, Field field) {
  if (!field.in_range()) return;
  const uint64_t old = field.load();
  uint64_t result = effect.action == Action::Set ? value : effect.action == Action::Add ? old + value : old - value;
  if (effect.bits == 6) result = (old & 0xc0) | (result & 0x3f);
  field.store(result);
}

void relocate_by(const ElfFile& file, const ElfSection& relocations, const std::vector<uint64_t>& values,
                 std::string& bytes) {
  const bool with_addend = relocations.type == SHT_RELA;
  const size_t word = file.is_64bit() ? 8 : 4;
  const size_t entry_size = word * (with_addend ? 3 : 2);
  // Little-endian 64-bit MIPS packs its types in an order of its own.
  const bool mips64 = file.machine() == EM_MIPS && file.is_64bit();
  ByteReader entries(relocations.bytes, file.order());
  while (entries.left() >= entry_size) {
    const uint64_t offset = entries.number(word);
    uint64_t info = entries.number(word);
    if (mips64 && file.order() == ByteReader::Order::Little) info = (info & 0xffffffff) << 32 | info >> 56;
    const uint64_t symbol = file.is_64bit() ? info >> 32 : info >> 8;
    const auto type = static_cast<uint32_t>(file.is_64bit() ? info & 0xffffffff : info & 0xff);
    const Effect effect = effect_of(file.machine(), mips64 ? type & 0xff : type);
    uint64_t addend = with_addend ? entries.number(word) : 0;
    if (effect.action == Action::None || symbol >= values.size()) continue;
    Field field(bytes, offset, effect.bits, file.order());
    if (!with_addend && field.in_range()) addend = field.load();
    apply(effect, values[symbol] + addend, field);
  }
}

}  // namespace

void relocate_section(const ElfFile& file, size_t index, std::string& bytes) {
  for (const auto& section : file.sections()) {
    if ((section.type != SHT_RELA && section.type != SHT_REL) || section.info != index) continue;
    if (section.link >= file.sections().size()) continue;
    relocate_by(file, section, symbol_values(file, file.sections()[section.link]), bytes);
  }
}

}  // namespace ktriage
