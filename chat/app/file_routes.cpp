#include "chat/app/file_routes.h"

#include <algorithm>

#include "chat/app/client_network.h"
#include "chat/app/rest.h"
#include "chat/app/rest_answers.h"
#include "chat/domain/text_rules.h"
#include "parley/base/log.h"

namespace parley::chat {
namespace {

using http::Response;
using server::HttpRequest;
using server::RequestBody;

/// What a form may hold besides its file.
constexpr std::uint64_t form_bytes_max = 64 * 1024;

/// Clients of these routes read `error` or `message`.
Response told_twice(Response response) {
  if (auto body = base::Json::parse(response.body)) {
    body->set("error", (*body)["message"]);
    response.body = body->dump();
  }
  return response;
}

Response refused(unsigned status, std::string_view message) { return told_twice(failure(status, message)); }

Response store_failed() {
  auto const [message, code] = text_of(Refusal::store_unavailable);
  return told_twice(failure(503, message, code));
}

Response not_a_member() { return refused(403, "You are not a member of this room"); }

/// Where the body of a request has ended before its end.
Response body_failed(http::HttpError error, FileLimits const& limits) {
  if (error == http::HttpError::body_too_large) return refused(413, file_too_large(limits.file_bytes_max));
  return refused(http::status_of(error), http::reason_phrase(http::status_of(error)));
}

/// Pages of any origin may show files, but never with a guest's credentials; and no file may run in ours.
void add_file_headers(http::Headers& headers) {
  headers.set("Cache-Control", "no-cache, no-store, must-revalidate");
  headers.set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'");
  headers.set("Access-Control-Allow-Origin", "*");
}

Response not_there() {
  auto response = refused(404, "File not found or expired");
  response.headers.set("Access-Control-Allow-Origin", "*");
  return response;
}

bool is_host(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_";
  return !text.empty() && text.size() <= 255 && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// What the outermost of our own proxies has said.
std::string_view forwarded(http::RequestHead const& head, std::string_view name, unsigned trusted_proxies) {
  if (trusted_proxies == 0) return {};
  std::vector<std::string_view> entries;
  for (auto rest : head.headers.all(name)) {
    for (;;) {
      auto const comma = rest.find(',');
      entries.push_back(http::trim(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return entries.empty() ? std::string_view{}
                         : entries[entries.size() - std::min<std::size_t>(trusted_proxies, entries.size())];
}

Json uploaded(UploadKind kind, FileRecord const& record, UploadFields const& fields) {
  auto data = Json::object({{"fileId", record.id.str()},
                            {"filename", record.original_name},
                            {"fileType", record.mime_type},
                            {"fileSize", record.size},
                            {"tempUrl", temporary_url(record)},
                            {"downloadUrl", download_url(record)},
                            {"isImage", is_image(record.mime_type)},
                            {"fileTypeCategory", category_of(record.mime_type)},
                            {"expiresAt", written(record.expires_at)}});
  if (kind == UploadKind::voice_note) data.set("duration", whole_number(*fields.duration).value_or(0));
  return data;
}

}  // namespace

std::string base_url_of(http::RequestHead const& head, bool secure, std::string_view public_base_url,
                        unsigned trusted_proxies) {
  while (public_base_url.ends_with('/')) public_base_url.remove_suffix(1);
  if (!public_base_url.empty()) return std::string(public_base_url);
  auto const proto = forwarded(head, "x-forwarded-proto", trusted_proxies);
  if (!proto.empty()) secure = http::equal_ignoring_case(proto, "https");
  auto host = forwarded(head, "x-forwarded-host", trusted_proxies);
  if (!is_host(host)) host = head.headers.find("host").value_or("");
  // Without a host that can be believed a path alone is still right for pages of our own origin.
  return is_host(host) ? (secure ? "https://" : "http://") + std::string(host) : std::string();
}

FileRoutes::FileRoutes(Config const& config, server::Server& io, LobbyDesk& desk, RestLimits& rest_limits,
                       FileStore& store)
    : limits_{config.file_bytes_max, config.voice_seconds_max},
      public_base_url_(config.public_base_url),
      trusted_proxies_(config.trusted_proxies),
      io_(io),
      desk_(desk),
      rest_limits_(rest_limits),
      store_(store) {}

void FileRoutes::add_to(server::HttpRoutes& http) {
  auto const add_upload = [&](std::string_view path, UploadKind kind) {
    http.add_streaming(http::Method::post, path, [this, kind](HttpRequest request, RequestBody body) {
      return upload(kind, std::move(request), std::move(body));
    });
  };
  add_upload("/api/files/upload", UploadKind::file);
  add_upload("/api/files/voice", UploadKind::voice_note);
  auto const add_serving = [&](std::string_view path, http::Disposition disposition) {
    http.get(path, [this, disposition](HttpRequest request) { return serve(disposition, std::move(request)); });
  };
  add_serving("/api/temp-files/temp/:fileId", http::Disposition::inline_);
  add_serving("/api/temp-files/download/:fileId", http::Disposition::attachment);
  http.get("/api/temp-files/info/:fileId", [this](HttpRequest request) { return describe(std::move(request)); });
  http.get("/api/temp-files/stats", [this](HttpRequest request) { return count(std::move(request)); });
}

void FileRoutes::begin(std::vector<FileRecord> const& kept) {
  std::vector<FileId> known;
  for (auto const& file : kept) known.push_back(file.id);
  auto const found = store_.keep_only(known);
  if (!found) return base::log_error("uploads cannot be kept", {{"cause", found.error().cause}});
  std::erase_if(known, [&](FileId const& id) { return std::ranges::find(*found, id) != found->end(); });
  if (known.empty()) return;
  // The lobby goes on from what was kept when we return.
  io_.after(base::Duration::zero(), [this, missing = std::move(known)] { desk_.forget_files(missing); });
}

// Uploads -------------------------------------------------------------------------------------------------------------

FileRoutes::Admitted FileRoutes::admit(HttpRequest const& request) {
  auto const now = desk_.now().steady;
  auto const client = client_network(request, trusted_proxies_);
  auto const standing = rest_limits_.count_request(request.target.path, client, now);
  if (standing && !standing->admitted) return base::fail(too_many_requests(request.target.path, *standing));
  auto const no = [&](Refusal why) {
    auto response = told_twice(unauthorized(why));
    if (standing) add_limit_headers(response.headers, *standing);
    return base::fail(std::move(response));
  };
  auto const token = rest::bearer_token(request.header("Authorization"));
  if (token.empty()) return no(Refusal::token_required_over_rest);
  auto const bearer = desk_.authenticate(token);
  if (!bearer) return no(bearer.error());
  auto const uploads = rest_limits_.count_upload(client, now);
  if (!uploads.admitted) return base::fail(too_many_uploads(uploads));
  return Admission{*bearer, FileId(base::make_uuid(desk_.random())), standing};
}

base::Task<Response> FileRoutes::upload(UploadKind kind, HttpRequest request, RequestBody body) {
  auto const base_url = base_url_of(request.head, request.secure, public_base_url_, trusted_proxies_);
  // Without a boundary it is a form with nothing in it.
  auto const boundary = http::multipart_boundary(request.header("Content-Type"));
  auto const shared = std::make_shared<HttpRequest>(std::move(request));
  auto admitting = io_.run_on(lobby_worker, [this, shared] { return admit(*shared); });
  auto const admitted = co_await std::move(admitting);
  if (!admitted) co_return admitted.error();
  Response response;
  if (boundary) {
    auto receiving = receive(kind, *admitted, base_url, *boundary, std::move(body));
    response = co_await std::move(receiving);
  } else {
    UploadFields const nothing;
    response =
        told_twice(validation_failed(kind == UploadKind::file ? faults_of_upload(nothing, std::nullopt, limits_)
                                                              : faults_of_voice_note(nothing, std::nullopt, limits_)));
  }
  if (admitted->standing) add_limit_headers(response.headers, *admitted->standing);
  co_return response;
}

base::Task<Response> FileRoutes::receive(UploadKind kind, Admission admission, std::string base_url,
                                         std::string boundary, RequestBody body) {
  UploadForm form(kind, boundary, limits_);
  std::unique_ptr<FileStore::Incoming> incoming;
  auto const failed = [](StorageError const& error) {
    base::log_error("an upload could not be kept", {{"cause", error.cause}});
    return store_failed();
  };

  body.limit(limits_.file_bytes_max + form_bytes_max);
  for (;;) {
    auto reading = body.read();
    auto const piece = co_await std::move(reading);
    if (!piece) co_return body_failed(piece.error(), limits_);
    if (piece->empty()) break;
    if (auto const fed = form.feed(base::as_bytes(*piece)); !fed) {
      co_return refused(fed.error().status, fed.error().message);
    }
    auto bytes = form.take_file_bytes();
    if (bytes.empty()) continue;
    if (!incoming) {
      auto beginning = store_.begin(admission.id);
      auto begun = co_await std::move(beginning);
      if (!begun) co_return failed(begun.error());
      incoming = std::move(*begun);
    }
    auto writing = incoming->write(std::move(bytes));
    auto const written = co_await std::move(writing);
    if (!written) co_return failed(written.error());
  }
  if (auto const finished = form.finish(); !finished) {
    co_return refused(finished.error().status, finished.error().message);
  }

  auto const& fields = form.fields();
  auto const& file = form.file();
  auto const bytes = file ? std::optional(file->size) : std::nullopt;
  auto const faults = kind == UploadKind::file ? faults_of_upload(fields, bytes, limits_)
                                               : faults_of_voice_note(fields, bytes, limits_);
  if (!faults.empty()) co_return told_twice(validation_failed(faults));
  if (!file) co_return refused(400, kind == UploadKind::file ? "No file uploaded" : "No voice note uploaded");
  if (!fields.room || is_blank(*fields.room)) co_return refused(400, "Room ID is required for file sharing");

  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  FileRecord const record{.id = admission.id,
                          .room = RoomId(*fields.room),
                          .owner = admission.bearer.id,
                          .mime_type = file->type,
                          .original_name = file->name,
                          .size = file->size,
                          .created_at = now,
                          .expires_at = now + FileShelf::file_life,
                          .base_url = std::move(base_url)};
  auto const& key = admission.bearer.key;
  // Asked before the disk is kept busy, and again when the file is there: a chat may end meanwhile.
  auto asking = io_.run_on(
      lobby_worker, [this, key, room = record.room] { return desk_.lobby().is_in_room(key, room, desk_.now()); });
  if (!co_await std::move(asking)) co_return not_a_member();
  auto finishing = incoming->finish();
  auto const finished = co_await std::move(finishing);
  if (!finished) co_return failed(finished.error());
  auto keeping = io_.run_on(lobby_worker, [this, key, record] { return desk_.keep_file(key, record); });
  auto const kept = co_await std::move(keeping);
  if (!kept) {
    store_.erase({record.id});
    co_return kept.error() == Refusal::store_unavailable ? store_failed() : not_a_member();
  }
  co_return success(uploaded(kind, record, fields));
}

// Downloads -----------------------------------------------------------------------------------------------------------

base::Task<std::optional<FileRecord>> FileRoutes::find(std::string id) {
  auto work = io_.run_on(lobby_worker, [this, id = std::move(id)]() -> std::optional<FileRecord> {
    auto const* record = desk_.lobby().files().find(FileId(id), desk_.now());
    return record ? std::optional(*record) : std::nullopt;
  });
  co_return co_await std::move(work);
}

base::Task<Response> FileRoutes::serve(http::Disposition disposition, HttpRequest request) {
  auto finding = find(std::string(request.parameter("fileId")));
  auto const record = co_await std::move(finding);
  if (!record) co_return not_there();

  Response response;
  add_file_headers(response.headers);
  response.headers.set("Content-Type", record->mime_type);
  response.headers.set("Content-Disposition", http::content_disposition(disposition, record->original_name));
  response.headers.set("Accept-Ranges", "bytes");
  http::ByteRange range{0, record->size};
  if (request.head.method == http::Method::get) {
    auto const wanted = http::parse_range(request.header("Range"), record->size);
    if (!wanted) {
      auto no = refused(416, http::reason_phrase(416));
      no.headers.set("Content-Range", http::unsatisfied_content_range(record->size));
      no.headers.set("Access-Control-Allow-Origin", "*");
      co_return no;
    }
    if (*wanted) {
      range = **wanted;
      response.status = 206;
      response.headers.set("Content-Range", http::content_range(range, record->size));
    }
  }
  auto opening = store_.open(record->id, range);
  auto opened = co_await std::move(opening);
  if (!opened) {
    base::log_error("a file could not be read", {{"cause", opened.error().cause}});
    co_return store_failed();
  }
  if (!*opened) co_return not_there();
  response.source = std::move(*opened);
  co_return response;
}

base::Task<Response> FileRoutes::describe(HttpRequest request) {
  auto finding = find(std::string(request.parameter("fileId")));
  auto const record = co_await std::move(finding);
  if (!record) co_return not_there();
  auto response = success(Json::object({{"fileId", record->id.str()},
                                        {"originalName", record->original_name},
                                        {"mimetype", record->mime_type},
                                        {"size", record->size},
                                        {"createdAt", written(record->created_at)},
                                        {"expiresAt", written(record->expires_at)},
                                        {"isImage", is_image(record->mime_type)},
                                        {"fileType", category_of(record->mime_type)}}));
  response.headers.set("Access-Control-Allow-Origin", "*");
  co_return response;
}

base::Task<Response> FileRoutes::count(HttpRequest request) {
  auto const shared = std::make_shared<HttpRequest>(std::move(request));
  auto work = io_.run_on(lobby_worker, [this, shared]() -> Response {
    auto const token = rest::bearer_token(shared->header("Authorization"));
    if (token.empty()) return told_twice(unauthorized(Refusal::token_required_over_rest));
    auto const bearer = desk_.authenticate(token);
    if (!bearer) return told_twice(unauthorized(bearer.error()));
    auto const totals = desk_.lobby().files().totals();
    auto const hundredths = (totals.bytes * 100 + 512 * 1024) / (1024 * 1024);
    return success(Json::object({{"totalFiles", totals.files},
                                 {"totalRooms", totals.rooms},
                                 {"totalSize", totals.bytes},
                                 {"totalSizeMB", static_cast<double>(hundredths) / 100}}));
  });
  co_return co_await std::move(work);
}

}  // namespace parley::chat
