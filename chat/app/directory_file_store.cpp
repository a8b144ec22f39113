#include "chat/app/directory_file_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unordered_set>

#include "parley/base/log.h"
#include "parley/server/run_blocking.h"

namespace parley::chat {
namespace {

using Done = base::Result<void, StorageError>;

constexpr std::size_t piece_bytes_max = 64 * 1024;
constexpr std::string_view unfinished = ".part";

StorageError failure(std::string_view what, int error = errno) {
  return {std::string(what) + ": " + std::generic_category().message(error)};
}

/// A descriptor that is closed with its last owner.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int const number;
};
using SharedDescriptor = std::shared_ptr<Descriptor>;

Done write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::fail(failure("write"));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Makes the names in a directory as lasting as the contents.
Done sync_directory(std::string const& path) {
  Descriptor const directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number < 0 || fsync(directory.number) < 0) return base::fail(failure("fsync directory"));
  return {};
}

void erase_now(std::string const& path) {
  if (unlink(path.c_str()) < 0 && errno != ENOENT) {
    base::log_error("a file could not be erased", {{"cause", std::generic_category().message(errno)}});
  }
}

/// An id, or what is still to become the file of one.
bool is_our_name(std::string_view name) {
  if (name.ends_with(unfinished)) name.remove_suffix(unfinished.size());
  constexpr std::size_t uuid_characters = 36;
  return name.size() == uuid_characters && name.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

class IncomingFile final : public FileStore::Incoming {
 public:
  IncomingFile(server::Server& io, net::BlockingPool& threads, std::string directory, std::string path,
               SharedDescriptor file)
      : io_(io), threads_(threads), directory_(std::move(directory)), path_(std::move(path)), file_(std::move(file)) {}
  ~IncomingFile() override {
    if (finished_) return;
    auto const path = path_ + std::string(unfinished);
    if (!threads_.post([path] { erase_now(path); })) erase_now(path);
  }

  Stored<void> write(std::string bytes) override {
    auto work = server::run_blocking(
        io_, threads_, [file = file_, bytes = std::move(bytes)] { return write_all(file->number, bytes); });
    co_return co_await std::move(work);
  }

  Stored<void> finish() override {
    auto work = server::run_blocking(io_, threads_, [file = file_, directory = directory_, path = path_]() -> Done {
      auto const part = path + std::string(unfinished);
      if (fsync(file->number) < 0) return base::fail(failure("fsync"));
      if (rename(part.c_str(), path.c_str()) < 0) return base::fail(failure("rename"));
      return sync_directory(directory);
    });
    auto done = co_await std::move(work);
    finished_ = done.has_value();
    co_return done;
  }

 private:
  server::Server& io_;
  net::BlockingPool& threads_;
  std::string directory_, path_;
  SharedDescriptor file_;
  bool finished_ = false;
};

class OutgoingFile final : public http::BodySource {
 public:
  OutgoingFile(server::Server& io, net::BlockingPool& threads, SharedDescriptor file, http::ByteRange range)
      : io_(io), threads_(threads), file_(std::move(file)), length_(range.length), at_(range.first), left_(length_) {}

  std::uint64_t bytes() const override { return length_; }

  base::Task<std::string> next() override {
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_bytes_max));
    auto work = server::run_blocking(io_, threads_, [file = file_, at = at_, count] {
      std::string piece(count, '\0');
      auto const got = pread(file->number, piece.data(), count, static_cast<off_t>(at));
      piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
      return piece;
    });
    auto piece = co_await std::move(work);
    at_ += piece.size();
    left_ -= piece.size();
    co_return piece;
  }

 private:
  server::Server& io_;
  net::BlockingPool& threads_;
  SharedDescriptor file_;
  std::uint64_t length_, at_, left_;
};

}  // namespace

DirectoryFileStore::DirectoryFileStore(std::string directory, server::Server& io, net::BlockingPool& threads)
    : directory_(std::move(directory)), io_(io), threads_(threads) {}

Stored<std::unique_ptr<FileStore::Incoming>> DirectoryFileStore::begin(FileId id) {
  auto const path = path_of(id);
  auto work = server::run_blocking(io_, threads_, [path]() -> base::Result<SharedDescriptor, StorageError> {
    auto const part = path + std::string(unfinished);
    auto file = std::make_shared<Descriptor>(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file->number < 0) return base::fail(failure("open"));
    return file;
  });
  auto opened = co_await std::move(work);
  if (!opened) co_return base::fail(opened.error());
  co_return std::unique_ptr<Incoming>(std::make_unique<IncomingFile>(io_, threads_, directory_, path, *opened));
}

Stored<std::shared_ptr<http::BodySource>> DirectoryFileStore::open(FileId id, http::ByteRange range) {
  using Opened = base::Result<SharedDescriptor, StorageError>;
  auto work = server::run_blocking(io_, threads_, [path = path_of(id)]() -> Opened {
    auto file = std::make_shared<Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file->number >= 0) return file;
    if (errno == ENOENT) return SharedDescriptor{};
    return base::fail(failure("open"));
  });
  auto opened = co_await std::move(work);
  if (!opened) co_return base::fail(opened.error());
  std::shared_ptr<http::BodySource> source;
  if (*opened) source = std::make_shared<OutgoingFile>(io_, threads_, *opened, range);
  co_return source;
}

void DirectoryFileStore::erase(std::vector<FileId> ids) {
  std::vector<std::string> paths;
  for (auto const& id : ids) paths.push_back(path_of(id));
  bool const posted = threads_.post([paths = std::move(paths)] {
    for (auto const& path : paths) erase_now(path);
  });
  // Then the next start finds them.
  if (!posted) base::log_error("files could not be erased: too much work waits");
}

base::Result<std::vector<FileId>, StorageError> DirectoryFileStore::keep_only(std::vector<FileId> const& alive) {
  namespace fs = std::filesystem;
  std::error_code error;
  bool const is_new = fs::create_directories(directory_, error);
  if (is_new) fs::permissions(directory_, fs::perms::owner_all, error);
  if (error) return base::fail(StorageError{"make " + directory_ + ": " + error.message()});
  std::unordered_set<std::string> names;
  for (auto const& id : alive) names.insert(id.str());
  std::vector<FileId> found;
  for (auto const& entry : fs::directory_iterator(directory_, error)) {
    auto const name = entry.path().filename().string();
    if (names.contains(name)) {
      found.emplace_back(name);
    } else if (is_our_name(name)) {
      // Whatever else lies there is not ours to take away.
      erase_now(entry.path().string());
    }
  }
  if (error) return base::fail(StorageError{"read " + directory_ + ": " + error.message()});
  return found;
}

}  // namespace parley::chat
