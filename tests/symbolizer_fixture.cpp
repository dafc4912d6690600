#include "tests/symbolizer_fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "symbolizer/log_symbolizer.h"

namespace ktriage::test {

namespace fs = std::filesystem;

std::string kernel_file(std::string_view name) {
  const std::string path = std::string(KTRIAGE_PRETEND_KERNEL) + "/" + std::string(name);
  return fs::exists(path) ? path : std::string();
}

uint32_t line_of(std::string_view source, std::string_view mark) {
  std::ifstream in(std::string(KTRIAGE_SOURCE_DIR "/tests/symbolizer_kernel/") + std::string(source));
  const std::string wanted = "LINE(" + std::string(mark) + ")";
  uint32_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find(wanted) != std::string::npos) return number;
  }
  ADD_FAILURE() << wanted << " is not in " << source;
  return 0;
}

std::string at(std::string_view source, std::string_view mark) {
  return std::string(source) + ":" + std::to_string(line_of(source, mark));
}

uint64_t marked_address(const ElfFile& file, std::string_view name) {
  for (size_t i = 0; i < file.sections().size(); ++i) {
    if (file.sections()[i].name != ".marks") continue;
    // Of a relocatable file the addresses are still to be put in; debug_section() does so for any section.
    const auto bytes = file.debug_section("marks");
    EXPECT_TRUE(bytes.ok());
    ByteReader reader(bytes.value(), file.order());
    while (reader.left() > 8) {
      const uint64_t address = reader.u64();
      const auto text = reader.text();
      if (text == name) return address;
      reader.seek((reader.position() + 7) / 8 * 8);
    }
  }
  ADD_FAILURE() << "no mark " << name << " in " << file.name();
  return 0;
}

std::string to_text(const std::vector<SourcePlace>& places) {
  std::string out;
  for (const auto& place : places) {
    if (!out.empty()) out += " < ";
    out += place.function;
    if (!place.file.empty()) out += " " + place.file + ":" + std::to_string(place.line);
    if (place.inlined) out += " [inline]";
  }
  return out;
}

std::string to_text(const Resolution& resolution) {
  std::string out;
  for (const auto& chain : resolution.chains) out += (out.empty() ? "" : " or ") + to_text(chain);
  return out.empty() ? resolution.why : out;
}

std::unique_ptr<Symbolizer> open_symbolizer(std::string_view file, SymbolizerOptions options,
                                            std::vector<std::string>* warnings) {
  options.vmlinux = file.starts_with('/') ? std::string(file) : kernel_file(file);
  if (warnings != nullptr) {
    options.warn = [warnings](const std::string& message) { warnings->push_back(message); };
  }
  auto symbolizer = Symbolizer::open(std::move(options));
  if (!symbolizer) {
    ADD_FAILURE() << symbolizer.errors().front().to_string();
    return nullptr;
  }
  return std::move(symbolizer.value());
}

std::string mention_of(const KernelBinary& binary, std::string_view mark, int64_t further) {
  const uint64_t address = marked_address(binary.file(), mark);
  const auto symbol = binary.symbols().at(address);
  if (!symbol) {
    ADD_FAILURE() << "no symbol at " << mark;
    return {};
  }
  char text[200];
  std::snprintf(text, sizeof(text), "%.*s+0x%llx/0x%llx", static_cast<int>(symbol->name.size()), symbol->name.data(),
                static_cast<unsigned long long>(address - symbol->address + static_cast<uint64_t>(further)),
                static_cast<unsigned long long>(symbol->distance));
  return text;
}

std::string symbolized(Symbolizer* symbolizer, std::string_view log) {
  std::string out;
  LogSymbolizer symbolizing(symbolizer, {}, [&](std::string_view text) { out += text; });
  symbolizing.push(log);
  symbolizing.finish();
  return out;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = testing::TempDir() + "/symbolizer_XXXXXX";
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make " << name;
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  fs::permissions(path_, fs::perms::owner_all, error);
  fs::remove_all(path_, error);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, std::string_view bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace ktriage::test
