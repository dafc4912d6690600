#include "triage/file_digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace ktriage {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kDigestBytes = 16;

bool add_file(EVP_MD_CTX* context, const std::filesystem::path& path, std::vector<char>& piece) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream in(path, std::ios::binary);
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    EVP_DigestUpdate(context, piece.data(), static_cast<size_t>(in.gcount()));
  }
  return in.eof();
}

}  // namespace

std::string file_digest(const InputUnit& unit) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> piece(kPieceBytes);
  if (unit.parts.empty() && !add_file(context.get(), unit.path, piece)) return {};
  for (const auto& part : unit.parts) {
    if (!add_file(context.get(), std::filesystem::path(unit.path) / part, piece)) return {};
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  EVP_DigestFinal_ex(context.get(), bytes.data(), nullptr);
  std::string out;
  for (size_t i = 0; i < kDigestBytes; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

}  // namespace ktriage
