#pragma once

#include <memory>
#include <string>

#include "parley/base/bytes.h"
#include "parley/base/result.h"
#include "parley/net/outbox.h"

// OpenSSL's own names for its types, so that its headers stay out of ours.
struct ssl_ctx_st;
struct ssl_st;

namespace parley::net {

/// A certificate chain with its key, and the rules for every connection that begins with them: TLS 1.2 or 1.3, forward
/// secrecy, session tickets, no renegotiation, HTTP/1.1 as the one application protocol.
/// Constant after it is made; all workers share it. Connections keep what they need of it.
class TlsContext {
 public:
  /// Reads two PEM files; the server's own certificate comes first. The error is a sentence for people.
  static base::Result<std::shared_ptr<TlsContext const>, std::string> load(std::string const& certificate_file,
                                                                           std::string const& key_file);
  ~TlsContext();
  TlsContext(TlsContext const&) = delete;
  TlsContext& operator=(TlsContext const&) = delete;

 private:
  friend class TlsSession;
  TlsContext();
  ssl_ctx_st* context_;
};

/// The TLS of one connection, server side: makes plain bytes of what arrives and records of what is to be sent. It
/// touches no descriptor and owns no buffer while nothing is under way.
///
/// Lives on  one worker, and moves to another together with its connection.
class TlsSession {
 public:
  explicit TlsSession(TlsContext const& context);
  ~TlsSession();
  TlsSession(TlsSession const&) = delete;
  TlsSession& operator=(TlsSession const&) = delete;

  enum class State {
    open,        ///< more has to arrive
    ended,       ///< the peer has said that it sends no more
    plain_http,  ///< the first bytes were a request in plain HTTP
    failed       ///< not TLS, or not as it should be; `wire` may hold the alert that says so
  };

  /// Bytes from the peer, borrowed until `read` or `shake_hands` has used them all, or `keep_unread`.
  void arrived(base::BytesView bytes);
  /// Copies what has arrived and was not used: the buffer it lies in is needed by others.
  void keep_unread();
  /// Whether `read` finds something without any further arrival.
  bool has_unread() const;

  bool is_established() const { return established_; }
  /// Goes on with the handshake. What the peer is to be sent is appended to `wire`, here and below.
  State shake_hands(Outbox& wire);

  struct Read {
    std::size_t bytes;
    State state;  ///< `open` with `into` full: ask again
  };
  /// Fills `into` with what has arrived, as far as it goes.
  Read read(base::MutableBytes into, Outbox& wire);
  /// One record of at most `record_bytes_max`. False: this connection has failed.
  bool write(base::BytesView plain, Outbox& wire);
  /// Tells the peer, once, that nothing more will be sent.
  void say_goodbye(Outbox& wire);

  static constexpr std::size_t record_bytes_max = 16 * 1024;
  /// Records that a connection had made and could not send when it moved.
  std::string& unsent() { return unsent_; }

 private:
  struct Ways;
  State state_after(int result);

  ssl_st* ssl_;
  base::BytesView source_;  ///< what has arrived and was not used; in `unread_`, or borrowed
  std::string unread_;
  std::string unsent_;
  Outbox* sink_ = nullptr;
  bool established_ = false;
  bool failed_ = false;
};

}  // namespace parley::net
