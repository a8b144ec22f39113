#pragma once

#include <string>

#include "chat/app/config.h"
#include "chat/app/file_store.h"
#include "chat/app/lobby_desk.h"
#include "chat/app/rest_limits.h"
#include "chat/app/upload_form.h"
#include "parley/http/content_disposition.h"
#include "parley/server/server.h"

namespace parley::chat {

/// The routes of files and voice notes (the contract's §11).
///
///   upload    token → rate → form, piece by piece ─bytes→ FileStore
///             → fields → room → FileStore finishes → Storage keeps the record → answered
///   download  record → FileStore ─pieces→ connection
///
/// Tokens, rooms and records are the lobby's and are asked for on its worker; everything else happens on the worker
/// of the connection.
class FileRoutes {
 public:
  FileRoutes(Config const& config, server::Server& io, LobbyDesk& desk, RestLimits& rest_limits, FileStore& store);
  void add_to(server::HttpRoutes& http);
  /// Once it is known which files were kept, before anyone may upload: erases what is on the disk and not known, and
  /// has the lobby forget what is known and not on the disk.
  void begin(std::vector<FileRecord> const& kept);

 private:
  /// Who uploads, and the name that the file is going to have.
  struct Admission {
    Bearer bearer;
    FileId id;
    std::optional<RestLimits::Standing> standing;  ///< of the client, for the answer
  };
  using Admitted = base::Result<Admission, http::Response>;

  base::Task<http::Response> upload(UploadKind kind, server::HttpRequest request, server::RequestBody body);
  base::Task<http::Response> receive(UploadKind kind, Admission admission, std::string base_url, std::string boundary,
                                     server::RequestBody body);
  /// On the lobby's worker, before the body is read.
  Admitted admit(server::HttpRequest const& request);

  base::Task<http::Response> serve(http::Disposition disposition, server::HttpRequest request);
  base::Task<http::Response> describe(server::HttpRequest request);
  base::Task<http::Response> count(server::HttpRequest request);
  base::Task<std::optional<FileRecord>> find(std::string id);

  static constexpr base::WorkerId lobby_worker = 0;

  FileLimits limits_;
  std::string public_base_url_;
  unsigned trusted_proxies_;
  server::Server& io_;
  LobbyDesk& desk_;
  RestLimits& rest_limits_;
  FileStore& store_;
};

/// Where a client has reached us, `http://host:port`: as set, or as its request says. What a proxy says counts only
/// if proxies are trusted, and no text that is not a host gets into a URL.
std::string base_url_of(http::RequestHead const& head, bool secure, std::string_view public_base_url,
                        unsigned trusted_proxies);

}  // namespace parley::chat
