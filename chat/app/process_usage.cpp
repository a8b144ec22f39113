#include "chat/app/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace parley::chat {
namespace {

/// The seconds since 1970 at which the machine started.
double boot_time() {
  timespec up{}, now{};
  clock_gettime(CLOCK_BOOTTIME, &up);
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec - up.tv_sec) + static_cast<double>(now.tv_nsec - up.tv_nsec) / 1e9;
}

/// The fields of /proc/self/stat from the third on: the second is a name that may hold anything.
void read_stat(ProcessUsage& usage) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  if (!std::getline(file, text) || text.rfind(')') == text.npos) return;
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string state;
  fields >> state;
  // proc(5) numbers them from 1, with the name as the second.
  constexpr int field_first = 4, utime = 14, stime = 15, num_threads = 20, starttime = 22, vsize = 23, rss = 24;
  double ticks = 0;
  double value = 0;
  double const per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (int field = field_first; field <= rss && fields >> value; ++field) {
    if (field == utime) ticks = value;
    if (field == stime) usage.cpu_seconds = (ticks + value) / per_second;
    if (field == num_threads) usage.threads = value;
    if (field == vsize) usage.virtual_bytes = value;
    if (field == rss) usage.resident_bytes = value * static_cast<double>(sysconf(_SC_PAGESIZE));
    if (field == starttime) usage.start_time_seconds = boot_time() + value / per_second;
  }
}

}  // namespace

ProcessUsage read_process_usage() {
  ProcessUsage usage;
  read_stat(usage);
  std::error_code error;
  double open = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error)) {
    ++open;
  }
  // One of them was the folder itself.
  if (open > 0) usage.open_descriptors = open - 1;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.descriptors_max = static_cast<double>(limit.rlim_cur);
  return usage;
}

}  // namespace parley::chat
