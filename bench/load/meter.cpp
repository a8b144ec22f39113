#include "bench/load/meter.h"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "bench/load/poller.h"

namespace bench {
namespace {

std::uint64_t read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) throw_errno("clock_gettime");
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

std::ifstream open_proc(pid_t pid, std::string const& name) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/" + name};
  if (!file) throw std::runtime_error("no process " + std::to_string(pid) + " to measure");
  return file;
}

}  // namespace

std::uint64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }
std::uint64_t own_cpu_ns() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

void Histogram::add(std::uint64_t nanoseconds) {
  auto const value = nanoseconds | steps;
  auto const doubling = static_cast<unsigned>(std::bit_width(value)) - 6;  // `steps` has six bits
  auto const step = static_cast<unsigned>(value >> doubling) - steps;
  ++buckets_[doubling * steps + step];
  ++total_;
}

std::uint64_t Histogram::quantile(double part) const {
  auto const wanted = static_cast<std::uint64_t>(static_cast<double>(total_) * part);
  std::uint64_t seen = 0;
  for (unsigned bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen > wanted) return static_cast<std::uint64_t>(bucket % steps + steps + 1) << (bucket / steps);
  }
  return 0;
}

ServerProbe::ServerProbe(pid_t pid) : pid_(pid) {
  if (int const error = ::clock_getcpuclockid(pid, &cpu_clock_); error != 0) {
    throw std::runtime_error("no process " + std::to_string(pid) + " to measure");
  }
}

std::uint64_t ServerProbe::cpu_ns() const { return read_clock(cpu_clock_); }

std::uint64_t ServerProbe::cpu_ticks_ns() const {
  auto file = open_proc(pid_, "stat");
  std::string line;
  std::getline(file, line);
  // The command name may hold spaces; it ends at the last parenthesis. After it, field 3 comes first.
  std::istringstream fields{line.substr(line.rfind(')') + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  if (!(fields >> user >> system)) throw std::runtime_error("cannot read the server's CPU ticks");
  return (user + system) * (1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

std::uint64_t ServerProbe::resident_bytes() const {
  auto file = open_proc(pid_, "smaps_rollup");
  for (std::string word; file >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "Rss:" && file >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("cannot read the server's resident memory");
}

Meter::Cost Meter::cost_so_far() const { return {now_ns(), server_.cpu_ns(), server_.cpu_ticks_ns(), own_cpu_ns()}; }

void Meter::start() {
  delivered_ = 0;
  latency_.clear();
  begin_ = cost_so_far();
  running_ = true;
}

void Meter::stop() {
  auto const end = cost_so_far();
  running_ = false;
  spent_ = {end.time - begin_.time, end.server_cpu - begin_.server_cpu, end.server_ticks - begin_.server_ticks,
            end.own_cpu - begin_.own_cpu};
}

std::string Meter::report() const {
  if (delivered_ == 0) throw std::runtime_error("nothing was delivered in the measured window");
  auto const seconds = static_cast<double>(spent_.time) / 1e9;
  auto const messages = static_cast<double>(delivered_);
  auto const per_message = [messages](std::uint64_t ns) { return static_cast<double>(ns) / 1e3 / messages; };
  return "\"messages\":" + std::to_string(delivered_) + "," + json_number("seconds", seconds) + "," +
         json_number("messages_per_second", messages / seconds) + "," +
         json_number("server_cpu_us_per_message", per_message(spent_.server_cpu)) + "," +
         json_number("server_cpu_ticks_us_per_message", per_message(spent_.server_ticks)) + "," +
         json_number("server_cpu_share", static_cast<double>(spent_.server_cpu) / static_cast<double>(spent_.time)) +
         "," + json_number("load_cpu_us_per_message", per_message(spent_.own_cpu)) + "," +
         json_number("latency_p50_us", static_cast<double>(latency_.quantile(0.50)) / 1e3) + "," +
         json_number("latency_p99_us", static_cast<double>(latency_.quantile(0.99)) / 1e3) + "," +
         json_number("latency_p999_us", static_cast<double>(latency_.quantile(0.999)) / 1e3);
}

std::string json_number(std::string const& name, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return '"' + name + "\":" + text.data();
}

}  // namespace bench
