#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/directory_layout.h"
#include "input/unit_reader.h"

namespace ktriage {

/// A record of pstore by its name, as fs/pstore/inode.c writes it: TYPE-BACKEND-ID[.enc.z].
struct PstoreName {
  std::string_view backend;
  uint64_t id = 0;
  bool compressed = false;  ///< the kernel that found it could not unpack it
};

/// Nothing if the name is none of a kernel message record ("dmesg-…").
std::optional<PstoreName> parse_pstore_name(std::string_view name);

/// Makes a group of a directory's message records. dmesg.txt, which systemd-pstore joins from them, is passed over.
void apply_pstore_layout(DirectoryContent& content);

/// A record as it was stored.
struct PstoreRecord {
  std::string name;  ///< without directories
  std::string data;
  std::optional<int64_t> time_s;
};

/// Where a record belongs, by its first line ("Panic#1 Part2", fs/pstore/platform.c) and by its name.
struct PstorePlace {
  std::string backend;
  std::string dump;  ///< "Panic#1"; "" if the record does not say
  uint64_t group =
      0;  ///< tells dumps of one reason and number apart: EFI's time, else 0 or (of records that do not say) the id
  uint64_t part = 0;  ///< part 1 is the newest piece of the log
};

/// Unpacks `record.data` if its name or its content says that it is packed, and takes the headers off it. What cannot
/// be unpacked becomes empty, with the reason in `damage`.
PstorePlace place_pstore_record(PstoreRecord& record, const InputLimits& limits, std::string& damage);

/// Gives the logs of records kept in memory to the sink, the parts of each dump joined oldest first. `prefix` stands in
/// front of the members' names.
ContentEnd read_pstore_records(std::vector<PstoreRecord> records, const std::string& prefix, ReadContext& context);

}  // namespace ktriage
