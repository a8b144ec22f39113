#include "parley/net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "parley/base/log.h"

namespace parley::net {
namespace {

using Text = std::string;

/// Tickets are good for so long; the keys that seal them live as long as the context.
constexpr long ticket_seconds = 2 * 3600;

/// Of what the client offers the one protocol that is spoken here. A client that offers only others is told so: bytes
/// meant for another service must not be taken for a request.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* length, unsigned char const* offered,
                    unsigned offered_length, void*) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* out = nullptr;
  int const found =
      SSL_select_next_proto(&out, length, ours.data(), static_cast<unsigned>(ours.size()), offered, offered_length);
  *chosen = out;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A server has nobody to ask for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // The client keeps its session in its ticket; nothing is kept for it here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_timeout(context, ticket_seconds);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

base::Result<void, Text> check_readable(Text const& file) {
  errno = 0;
  if (std::ifstream in(file); in && in.peek() != std::ifstream::traits_type::eof()) return {};
  return base::fail("cannot read " + file + ": " + (errno != 0 ? std::strerror(errno) : "it is empty"));
}

/// The reason that OpenSSL noted last, and its list is empty then.
Text take_reason() {
  auto const code = ERR_peek_last_error();
  auto const* const reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason ? reason : "unknown";
}

}  // namespace

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
  set_rules(context_);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

base::Result<std::shared_ptr<TlsContext const>, Text> TlsContext::load(Text const& certificate_file,
                                                                       Text const& key_file) {
  if (auto const readable = check_readable(certificate_file); !readable) return base::fail(readable.error());
  if (auto const readable = check_readable(key_file); !readable) return base::fail(readable.error());
  std::shared_ptr<TlsContext> made(new TlsContext);
  auto* const context = made->context_;
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return base::fail("cannot use the certificates in " + certificate_file + ": " + take_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return base::fail("cannot use the key in " + key_file + ": " + take_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return base::fail("the key in " + key_file + " does not belong to " + certificate_file + ": " + take_reason());
  }
  return std::shared_ptr<TlsContext const>(std::move(made));
}

/// Where OpenSSL reads and writes: the bytes that have just arrived, and the connection's outbox.
struct TlsSession::Ways {
  static int read(BIO* bio, char* into, int length) {
    auto& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    auto const count = std::min(static_cast<std::size_t>(length), session.source_.size());
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(into, session.source_.data(), count);
    session.source_ = session.source_.subspan(count);
    return static_cast<int>(count);
  }
  static int write(BIO* bio, char const* from, int length) {
    auto& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    session.sink_->append(
        base::BytesView(reinterpret_cast<std::uint8_t const*>(from), static_cast<std::size_t>(length)));
    return length;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* make() {
    auto* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley");
    if (!method) throw std::bad_alloc();
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }
  static BIO_METHOD const* method() {
    static BIO_METHOD const* const made = make();
    return made;
  }
};

TlsSession::TlsSession(TlsContext const& context) : ssl_(SSL_new(context.context_)) {
  auto* const bio = ssl_ ? BIO_new(Ways::method()) : nullptr;
  if (!bio) {
    SSL_free(ssl_);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

void TlsSession::arrived(base::BytesView bytes) {
  if (unread_.empty()) {
    source_ = bytes;
    return;
  }
  unread_ += base::as_text(bytes);
  source_ = base::as_bytes(unread_);
}

void TlsSession::keep_unread() {
  std::string rest(base::as_text(source_));
  unread_ = std::move(rest);
  source_ = {};
}

bool TlsSession::has_unread() const { return !unread_.empty() || SSL_has_pending(ssl_) == 1; }

TlsSession::State TlsSession::state_after(int result) {
  auto const error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ) {
    // All that was kept has been used.
    if (!unread_.empty()) std::string().swap(unread_);
    source_ = {};
    return State::open;
  }
  if (error == SSL_ERROR_ZERO_RETURN) return State::ended;
  failed_ = true;
  bool const http = !established_ && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  auto const why = take_reason();
  if (http) return State::plain_http;
  base::log_debug("a TLS connection has failed", {{"why", why}});
  return State::failed;
}

TlsSession::State TlsSession::shake_hands(Outbox& wire) {
  sink_ = &wire;
  ERR_clear_error();
  auto const result = SSL_do_handshake(ssl_);
  if (result != 1) return state_after(result);
  established_ = true;
  return State::open;
}

TlsSession::Read TlsSession::read(base::MutableBytes into, Outbox& wire) {
  sink_ = &wire;
  std::size_t filled = 0;
  while (filled < into.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    auto const result = SSL_read_ex(ssl_, into.data() + filled, into.size() - filled, &count);
    if (result != 1) return {filled, state_after(result)};
    filled += count;
  }
  return {filled, State::open};
}

bool TlsSession::write(base::BytesView plain, Outbox& wire) {
  if (failed_) return false;
  sink_ = &wire;
  ERR_clear_error();
  std::size_t written = 0;
  // The outbox takes everything, so a record is written whole or not at all.
  if (SSL_write_ex(ssl_, plain.data(), plain.size(), &written) == 1 && written == plain.size()) return true;
  failed_ = true;
  base::log_debug("a TLS connection has failed", {{"why", take_reason()}});
  return false;
}

void TlsSession::say_goodbye(Outbox& wire) {
  if (!established_ || failed_ || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0) return;
  sink_ = &wire;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace parley::net
