#include "parley/net/tls.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "parley/net/stream.h"

using namespace parley::net;
using namespace parley::base;
using namespace std::chrono_literals;

namespace {

/// A key and a certificate that it has signed itself, as PEM files for the length of a test.
class Identity {
 public:
  explicit Identity(std::string const& name)
      : certificate(std::filesystem::temp_directory_path() / (name + std::to_string(getpid()) + ".pem")),
        key(certificate + ".key") {
    auto* const pair = EVP_EC_gen("P-256");
    auto* const made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    X509_sign(made, pair, EVP_sha256());
    auto* const certificate_out = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(certificate_out, made);
    std::fclose(certificate_out);
    auto* const key_out = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(key_out, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(key_out);
    X509_free(made);
    EVP_PKEY_free(pair);
  }
  ~Identity() {
    std::filesystem::remove(certificate);
    std::filesystem::remove(key);
  }
  Identity(Identity const&) = delete;
  Identity& operator=(Identity const&) = delete;

  std::string certificate;
  std::string key;
};

/// OpenSSL's own client, which reads and writes memory.
class Client {
 public:
  Client() : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_connect_state(ssl_);
  }
  ~Client() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  SSL* get() { return ssl_; }
  void take(std::string const& bytes) { BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())); }
  std::string give() {
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  std::string read() {
    std::string all;
    char part[4096];
    for (int count = 0; (count = SSL_read(ssl_, part, sizeof part)) > 0;)
      all.append(part, static_cast<std::size_t>(count));
    return all;
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  BIO* in_;
  BIO* out_;
};

struct Server {
  explicit Server(TlsContext const& context) : session(context) {}
  void shake_hands_with(Client& client) {
    for (int round = 0; round < 10 && !session.is_established(); ++round) {
      SSL_do_handshake(client.get());
      auto const bytes = client.give();
      session.arrived(as_bytes(bytes));
      REQUIRE(session.shake_hands(wire) == TlsSession::State::open);
      client.take(wire.take_all());
    }
    REQUIRE(session.is_established());
  }
  BlockPool pool;
  Outbox wire{pool};
  TlsSession session;
};

std::shared_ptr<TlsContext const> load(Identity const& identity) {
  auto context = TlsContext::load(identity.certificate, identity.key);
  REQUIRE(context);
  return *context;
}

}  // namespace

TEST_CASE("what a TLS client writes is read whole, wherever its records are cut, and what is written it can read") {
  Identity const identity("whole");
  auto const context = load(identity);
  for (auto const cut : std::initializer_list<std::size_t>{1, 2, 7, 1000, 100'000}) {
    Client client;
    Server server(*context);
    server.shake_hands_with(client);
    std::string said;
    for (std::size_t i = 0; i < 50'000; ++i) said += static_cast<char>('a' + i % 26);
    REQUIRE(SSL_write(client.get(), said.data(), static_cast<int>(said.size())) > 0);
    auto const sent = client.give();
    std::string read;
    std::vector<std::uint8_t> into(20'000);
    for (std::size_t at = 0; at < sent.size(); at += cut) {
      server.session.arrived(as_bytes(sent).subspan(at, std::min(cut, sent.size() - at)));
      for (TlsSession::Read got{into.size(), TlsSession::State::open}; got.bytes == into.size();) {
        got = server.session.read(into, server.wire);
        REQUIRE(got.state == TlsSession::State::open);
        read += as_text({into.data(), got.bytes});
      }
    }
    CHECK(read == said);
    CHECK_FALSE(server.session.has_unread());
    REQUIRE(server.session.write(as_bytes("and so "), server.wire));
    REQUIRE(server.session.write(as_bytes("it is"), server.wire));
    client.take(server.wire.take_all());
    CHECK(client.read() == "and so it is");
  }
}

TEST_CASE("what was kept unread is read later, before what arrives then") {
  Identity const identity("kept");
  auto const context = load(identity);
  Client client;
  Server server(*context);
  server.shake_hands_with(client);
  std::string read;
  std::vector<std::uint8_t> into(100);
  for (auto const* word : {"first ", "second ", "third"}) {
    SSL_write(client.get(), word, static_cast<int>(std::string_view(word).size()));
    auto bytes = client.give();
    server.session.arrived(as_bytes(bytes));
    server.session.keep_unread();
    bytes.assign(bytes.size(), '\0');
  }
  CHECK(server.session.has_unread());
  server.session.arrived({});
  auto const got = server.session.read(into, server.wire);
  CHECK(as_text({into.data(), got.bytes}) == "first second third");
  CHECK_FALSE(server.session.has_unread());
}

TEST_CASE("a goodbye is told once, and the peer's is noticed") {
  Identity const identity("goodbye");
  auto const context = load(identity);
  Client client;
  Server server(*context);
  server.shake_hands_with(client);
  server.session.say_goodbye(server.wire);
  CHECK_FALSE(server.wire.empty());
  client.take(server.wire.take_all());
  server.session.say_goodbye(server.wire);
  CHECK(server.wire.empty());
  CHECK(client.read().empty());
  CHECK((SSL_get_shutdown(client.get()) & SSL_RECEIVED_SHUTDOWN) != 0);
  SSL_shutdown(client.get());
  auto const bytes = client.give();
  server.session.arrived(as_bytes(bytes));
  std::vector<std::uint8_t> into(100);
  CHECK(server.session.read(into, server.wire).state == TlsSession::State::ended);
}

TEST_CASE("plain HTTP is told from other things that are not TLS") {
  Identity const identity("plain");
  auto const context = load(identity);
  Server http(*context);
  http.session.arrived(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(http.session.shake_hands(http.wire) == TlsSession::State::plain_http);
  CHECK(http.wire.empty());
  Server noise(*context);
  noise.session.arrived(as_bytes("neither the one nor the other"));
  CHECK(noise.session.shake_hands(noise.wire) == TlsSession::State::failed);
  // A request where records should be is no better than anything else.
  Client client;
  Server late(*context);
  late.shake_hands_with(client);
  late.session.arrived(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::vector<std::uint8_t> into(100);
  CHECK(late.session.read(into, late.wire).state == TlsSession::State::failed);
  CHECK_FALSE(late.session.write(as_bytes("anyone?"), late.wire));
}

TEST_CASE("files that cannot be used are named in the reason") {
  Identity const one("one");
  Identity const other("other");
  auto const reason = [](std::string const& certificate, std::string const& key) {
    auto const context = TlsContext::load(certificate, key);
    REQUIRE_FALSE(context);
    return context.error();
  };
  CHECK(reason(one.certificate, other.key).find(other.key) != std::string::npos);
  CHECK(reason(one.key, one.key).find("cannot use the certificates in " + one.key) != std::string::npos);
  CHECK(reason(one.certificate, one.certificate).find("cannot use the key in " + one.certificate) != std::string::npos);
  CHECK(reason("/nowhere.pem", one.key) == "cannot read /nowhere.pem: No such file or directory");
  CHECK(reason(one.certificate, "/dev/null") == "cannot read /dev/null: it is empty");
}

namespace {

/// Gives its stream away at the first bytes, as if another worker should go on.
struct Mover final : StreamUser {
  void on_secured() override { secured = true; }
  void on_bytes(MutableBytes bytes) override {
    read = as_text(bytes);
    give_away();
  }
  void on_end(StreamEnd) override { FAIL("the first stream has ended"); }
  std::function<void()> give_away;
  std::string read;
  bool secured = false;
};

/// Answers with the number of bytes once they are all there.
struct Counter final : StreamUser {
  explicit Counter(std::size_t all) : until(all) {}
  void on_bytes(MutableBytes bytes) override {
    read += as_text(bytes);
    if (read.size() < until) return;
    stream->outbox().append(as_bytes("all " + std::to_string(read.size())));
    stream->output_added();
  }
  void on_end(StreamEnd end) override {
    CHECK(end == StreamEnd::peer_closed);
    loop->stop();
  }
  std::size_t until;
  std::unique_ptr<Stream> stream;
  EventLoop* loop = nullptr;
  std::string read;
};

}  // namespace

TEST_CASE("a stream that is given away takes its TLS along") {
  Identity const identity("moved");
  auto const context = load(identity);
  std::string said;
  for (std::size_t i = 0; i < 300'000; ++i) said += static_cast<char>('a' + i % 26);
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  // Only the server's end: the client waits in its system calls.
  REQUIRE(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
  std::string answer;
  std::thread client([&] {
    auto* const rules = SSL_CTX_new(TLS_client_method());
    auto* const ssl = SSL_new(rules);
    SSL_set_fd(ssl, ends[1]);
    if (SSL_connect(ssl) == 1 && SSL_write(ssl, said.data(), static_cast<int>(said.size())) > 0) {
      char part[64];
      if (int const count = SSL_read(ssl, part, sizeof part); count > 0)
        answer.assign(part, static_cast<std::size_t>(count));
    }
    SSL_shutdown(ssl);
    SSL_free(ssl);
    SSL_CTX_free(rules);
    close(ends[1]);
  });
  EventLoop loop;
  StreamHub here(loop);
  StreamHub there(loop);
  loop.on_turn_end([&] {
    here.flush_dirty();
    there.flush_dirty();
  });
  Mover mover;
  Counter counter(said.size());
  counter.loop = &loop;
  Stream first(here, ends[0], {}, std::make_unique<TlsSession>(*context));
  mover.give_away = [&] {
    auto released = first.release();
    REQUIRE(released.tls);
    counter.stream = std::make_unique<Stream>(there, released.descriptor, Address{}, std::move(released.tls));
    counter.stream->open(counter);
    std::string bytes = mover.read + std::string(json_padding_bytes, '\0');
    counter.stream->feed({reinterpret_cast<std::uint8_t*>(bytes.data()), mover.read.size()});
  };
  first.open(mover);
  loop.after(20s, [&] { loop.stop(); });
  loop.run();
  client.join();
  CHECK(mover.secured);
  CHECK(counter.read == said);
  CHECK(answer == "all 300000");
}
