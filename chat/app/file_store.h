#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/domain/names.h"
#include "chat/storage/storage.h"
#include "parley/http/range.h"
#include "parley/http/response.h"

namespace parley::chat {

/// Where the bytes of uploads are: a directory, or any store that keeps objects by name. What is known about them is
/// kept elsewhere (`Storage::keep_file`), and decides which of them exist.
/// Lives on  any worker, and answers on the one that asks.
class FileStore {
 public:
  virtual ~FileStore() = default;

  /// A file on its way in. Nobody can read it, and dropped unfinished it leaves nothing behind.
  class Incoming {
   public:
    virtual ~Incoming() = default;
    virtual Stored<void> write(std::string bytes) = 0;
    /// The file is complete, can be read, and survives the loss of power.
    virtual Stored<void> finish() = 0;
  };
  virtual Stored<std::unique_ptr<Incoming>> begin(FileId id) = 0;

  /// A part of a file, to be sent; null if there is no file of that name. It can be read to its end even if it is
  /// erased meanwhile.
  virtual Stored<std::shared_ptr<http::BodySource>> open(FileId id, http::ByteRange range) = 0;
  /// In the background.
  virtual void erase(std::vector<FileId> ids) = 0;

  /// Before anyone is served: erases what is not among `alive`, and returns those of them that are there. May block.
  virtual base::Result<std::vector<FileId>, StorageError> keep_only(std::vector<FileId> const& alive) = 0;
};

}  // namespace parley::chat
