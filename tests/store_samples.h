#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rules/rule_pack.h"
#include "signatures/signature.h"
#include "triage/store/store.h"
#include "triage/store/stored_clusters.h"

namespace ktriage::test {

/// A directory with a database in it, and made-up logs to fill it with.
class StoreBench {
 public:
  StoreBench();
  ~StoreBench();
  StoreBench(const StoreBench&) = delete;
  StoreBench& operator=(const StoreBench&) = delete;

  std::string file(const std::string& name = "triage.db") const { return folder_ + "/" + name; }

  struct Log {
    LogRecord record;  // its crashes have no signature's number yet
    std::vector<Signature> signatures;
    std::vector<Representative> representatives;
  };

  /// A log with crashes at bytes 0, 1000, …; `bugs` name them: "widget_poll" crashes in widget_poll, below callers of
  /// its own; "widget_poll:2" likewise below others.
  Log log(const std::string& name, const std::vector<std::string>& bugs) const;

  /// A whole run over `logs`. Returns what failed, if anything.
  std::string run(const std::vector<Log>& logs, const std::string& database = "triage.db") const;

  /// As a run does.
  static void add(Store& store, Log log);

  std::unique_ptr<Store> open(Access access, const std::string& database = "triage.db") const;
  StoredState state(const std::string& database = "triage.db") const;
  /// One line a cluster: its members, in order; sorted. What does not depend on the order of things.
  std::vector<std::string> partition(const std::string& database = "triage.db") const;
  /// The cluster with a crash in `function`.
  StoredCluster cluster(const std::string& function) const;
  static std::vector<Member> members(const StoredCluster& cluster);
  /// Marks with these words; returns what failed.
  std::string mark(const std::vector<std::string>& words) const;

  const RulePack& pack() const { return pack_; }

 private:
  std::string folder_;
  RulePack pack_;
  Signer signer_{pack_};
};

}  // namespace ktriage::test
