#include <gtest/gtest.h>

#include "signatures/signature_json.h"

namespace ktriage {
namespace {

Signature full_signature() {
  Signature out;
  out.id = "0123456789ab";
  out.family = "01234567";
  out.kind = "memory";
  out.anchor = "frob_write";
  out.module = "frob";
  out.what = "KASAN: use-after-free Read in";
  out.detail = "detail";
  out.frames = {{"frob_write", "frob", false}, {"inlined", "", true}};
  out.hints = {"hint"};
  out.allocation = {"frob_new"};
  out.free = {"frob_free"};
  out.titles = {"a \"quoted\" title", "ü"};
  out.corrupted = true;
  out.evidence = "evidence";
  return out;
}

TEST(StoredSignature, ComesBackAsItWas) {
  EXPECT_EQ(signature_from_json(signature_to_json(full_signature())), full_signature());
  EXPECT_EQ(signature_from_json(signature_to_json(Signature())), Signature());
}

TEST(StoredSignature, IsRefusedWhenItIsNone) {
  Signature other = full_signature();
  other.version = Signature::kVersion + 1;
  for (const std::string& json :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("{\"id\": 1}"), signature_to_json(other)}) {
    EXPECT_EQ(signature_from_json(json), std::nullopt) << json;
  }
}

}  // namespace
}  // namespace ktriage
