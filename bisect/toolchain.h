#pragma once

#include <map>
#include <string>

#include "bisect/config.h"
#include "bisect/repository.h"

namespace ktriage {

/// True if `commit` lies in the range: it holds `from`, and does not come after `until`. Empty names: no limit.
Result<bool> in_range(Repository& repository, const std::string& commit, const std::string& from,
                      const std::string& until);

/// The environment for building and testing `commit`: the configuration's, with that of the first toolchain whose range
/// holds the commit.
Result<Environment> build_environment(Repository& repository, const BisectConfig& config, const std::string& commit);

/// What `$CC --version` begins with, CC being gcc unless the environment says otherwise: "gcc (GCC) 8.1.0". Empty if
/// there is no such compiler.
std::string compiler_version(const Environment& environment);

}  // namespace ktriage
