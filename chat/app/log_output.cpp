#include "chat/app/log_output.h"

#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "parley/base/counter.h"
#include "parley/base/json.h"
#include "parley/base/time.h"

namespace parley::chat {
namespace {

// Set before any worker starts, read by all afterwards.
std::shared_ptr<spdlog::logger> logger;

/// How often the file was to be opened anew.
base::Counter reopenings;

/// The file that lines go to. One thread writes, so nothing is locked.
class LogFile final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LogFile(std::string path) : path_(std::move(path)) {
    std::error_code ignored;
    auto const folder = std::filesystem::path(path_).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
    file_ = open();
    if (!file_) throw std::runtime_error(path_ + ": " + std::strerror(errno));
  }
  ~LogFile() override { std::fclose(file_); }
  LogFile(LogFile const&) = delete;
  LogFile& operator=(LogFile const&) = delete;

 private:
  std::FILE* open() const { return std::fopen(path_.c_str(), "ae"); }

  void sink_it_(spdlog::details::log_msg const& message) override {
    if (auto const wanted = reopenings.read(); wanted != reopened_) {
      reopened_ = wanted;
      if (auto* const fresh = open()) std::fclose(std::exchange(file_, fresh));
    }
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::fwrite(line.data(), 1, line.size(), file_);
  }
  void flush_() override { std::fflush(file_); }

  std::string path_;
  std::FILE* file_ = nullptr;
  std::int64_t reopened_ = reopenings.read();
};

void write_value(base::JsonWriter& json, std::variant<bool, std::int64_t, double, std::string_view> const& value) {
  struct Write {
    base::JsonWriter& json;
    void operator()(bool each) const { json.boolean(each); }
    void operator()(std::int64_t each) const { json.integer(each); }
    void operator()(double each) const { json.number(each); }
    void operator()(std::string_view each) const { json.string(each); }
  };
  std::visit(Write{json}, value);
}

void write_line(base::LogLevel level, std::string_view message, std::span<base::LogField const> fields) {
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::string line;
  base::JsonWriter json(line);
  json.raw(R"({"level":")");
  json.raw(base::to_string(level));
  json.raw(R"(","time":")");
  json.raw(base::to_iso8601(now));
  json.raw(R"(","message":)");
  json.string(message);
  for (auto const& field : fields) {
    json.key(field.key, false);
    write_value(json, field.value);
  }
  json.raw("}");
  logger->log(spdlog::level::critical, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

LogOutput::LogOutput(base::LogLevel least, std::string const& file) {
  constexpr std::size_t lines_waiting_max = 8192;
  spdlog::init_thread_pool(lines_waiting_max, 1);
  logger = file.empty() ? spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("parley")
                        : spdlog::create_async_nb<LogFile>("parley", file);
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::critical);
  base::set_log_sink(&write_line, least);
}

void LogOutput::reopen() { reopenings.add(); }

std::uint64_t LogOutput::lines_dropped() {
  auto const pool = spdlog::thread_pool();
  return pool ? pool->overrun_counter() : 0;
}

LogOutput::~LogOutput() {
  base::set_log_sink(nullptr);
  logger.reset();
  spdlog::shutdown();
}

}  // namespace parley::chat
