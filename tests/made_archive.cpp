#include "made_archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>

namespace ktriage {
namespace {

using Writer = std::unique_ptr<archive, int (*)(archive*)>;

la_ssize_t append(archive* /*handle*/, void* data, const void* buffer, size_t size) {
  static_cast<std::string*>(data)->append(static_cast<const char*>(buffer), size);
  return static_cast<la_ssize_t>(size);
}

void check(archive* handle, int status) {
  if (status < ARCHIVE_WARN) throw std::runtime_error(archive_error_string(handle));
}

void write_member(archive* handle, const MadeMember& member) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_pathname(entry.get(), member.name.c_str());
  archive_entry_set_mode(entry.get(), static_cast<mode_t>(member.type | 0644));
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.data.size()));
  archive_entry_set_mtime(entry.get(), member.mtime, 0);
  if (!member.link.empty()) archive_entry_set_symlink(entry.get(), member.link.c_str());
  if (!member.hard_link.empty()) archive_entry_set_hardlink(entry.get(), member.hard_link.c_str());
  check(handle, archive_write_header(handle, entry.get()));
  if (!member.data.empty()) archive_write_data(handle, member.data.data(), member.data.size());
}

}  // namespace

std::string make_archive(const std::string& format, const std::vector<MadeMember>& members, const std::string& filter) {
  std::string out;
  const Writer writer(archive_write_new(), archive_write_free);
  check(writer.get(), archive_write_set_format_by_name(writer.get(), format.c_str()));
  if (!filter.empty()) check(writer.get(), archive_write_add_filter_by_name(writer.get(), filter.c_str()));
  check(writer.get(), archive_write_set_bytes_in_last_block(writer.get(), 1));
  check(writer.get(), archive_write_open(writer.get(), &out, nullptr, append, nullptr));
  for (const MadeMember& member : members) write_member(writer.get(), member);
  check(writer.get(), archive_write_close(writer.get()));
  return out;
}

std::string compress(const std::string& data, const std::string& filter) {
  return make_archive("raw", {{"data", data}}, filter);
}

}  // namespace ktriage
