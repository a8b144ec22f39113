#pragma once

#include "chat/app/file_store.h"
#include "parley/net/blocking_pool.h"
#include "parley/server/server.h"

namespace parley::chat {

/// Files in one directory, each under its id and readable by nobody but us. A name that a guest has chosen never
/// reaches the disk. What is still coming in lies beside them as `<id>.part`.
class DirectoryFileStore final : public FileStore {
 public:
  /// The directory is made if it is not there. `threads` must be finished before `io` is freed.
  DirectoryFileStore(std::string directory, server::Server& io, net::BlockingPool& threads);

  Stored<std::unique_ptr<Incoming>> begin(FileId id) override;
  Stored<std::shared_ptr<http::BodySource>> open(FileId id, http::ByteRange range) override;
  void erase(std::vector<FileId> ids) override;
  base::Result<std::vector<FileId>, StorageError> keep_only(std::vector<FileId> const& alive) override;

 private:
  std::string path_of(FileId const& id) const { return directory_ + "/" + id.str(); }

  std::string directory_;
  server::Server& io_;
  net::BlockingPool& threads_;
};

}  // namespace parley::chat
