#include "signatures/digest.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace ktriage {

std::string digest(std::string_view bytes, size_t digits) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : hash) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  out.resize(std::min(digits, out.size()));
  return out;
}

}  // namespace ktriage
