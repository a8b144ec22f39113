#include "chat/app/chat_server.h"
#include "chat/app/log_output.h"
#include "chat/app/metrics_page.h"
#include "chat/app/process_usage.h"

// What `GET /metrics` shows.
namespace parley::chat {

Task<Response> ChatServer::tell_metrics() {
  // The lobby's numbers are of one moment; all else is read here, where nobody waits for it.
  struct Seen {
    Stats stats;
    std::uint64_t unconfirmed;
    FileShelf::Totals files;
    bool ready;
    struct {
      bool available;
      std::uint64_t failures;
      std::size_t waiting;
    } store;
  };
  auto work = io_.run_on(lobby_worker, [this] {
    auto const& lobby = desk_.lobby();
    auto const& store = desk_.store();
    return Seen{lobby.stats(),
                lobby.unconfirmed_messages(),
                lobby.files().totals(),
                !desk_.shutting_down() && store.is_available(),
                {store.is_available(), store.failures(), store.calls_waiting()}};
  });
  auto const seen = co_await std::move(work);
  MetricsPage page;
  page.gauge("parley_build_info", "The version that runs.", 1, {{"version", PARLEY_VERSION}});
  page.gauge("parley_ready", "1: takes new guests, as GET /health/ready tells.", seen.ready ? 1 : 0);
  page.gauge("parley_connections", "Open TCP connections.", static_cast<double>(io_.connections()));
  page.gauge("parley_sessions", "Open Engine.IO sessions.", static_cast<double>(io_.sessions()));
  page.add(seen.stats);
  page.add(desk_.lobby().tally());
  page.gauge("parley_messages_unconfirmed", "Messages of chats in progress that the recipient has not confirmed.",
             static_cast<double>(seen.unconfirmed));
  page.gauge("parley_files", "Files that guests have shared, and that are still alive.",
             static_cast<double>(seen.files.files));
  page.gauge("parley_file_bytes", "Their size.", static_cast<double>(seen.files.bytes));
  page.gauge("parley_store_available", "1: what is kept now will be there after a restart.",
             seen.store.available ? 1 : 0);
  page.counter("parley_store_failures_total", "Calls to the records that have failed.",
               static_cast<double>(seen.store.failures));
  page.gauge("parley_store_calls_waiting", "Calls to the records that are not answered yet.",
             static_cast<double>(seen.store.waiting));
  if (auto const* times = desk_.store().commit_times()) {
    page.histogram("parley_store_commit_seconds", "How long groups of records took to reach the disk.", *times);
  }
  page.add(meters_);
  page.counter("parley_log_lines_dropped_total", "Log lines lost because the log could not keep up.",
               static_cast<double>(LogOutput::lines_dropped()));
  page.add(read_process_usage());
  co_return Response{200, {{"Content-Type", std::string(MetricsPage::content_type)}}, page.text()};
}

}  // namespace parley::chat
