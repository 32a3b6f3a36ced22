// What this process takes, as the kernel counts it.
#pragma once

#include <dirent.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/handles.hpp"

namespace sangdam::tests {

/// A number of /proc/self/status or smaps_rollup, by its name.
inline long proc_number(const std::string& file, const std::string& name) {
  std::ifstream stream("/proc/self/" + file);
  for (std::string line; std::getline(stream, line);) {
    if (line.rfind(name + ":", 0) == 0) return std::atol(line.c_str() + name.size() + 1);
  }
  return -1;
}
inline long threads() { return proc_number("status", "Threads"); }
/// How many threads have a name that begins so.
inline long threads_named(const std::string& beginning) {
  const base::FreePtr<DIR, closedir> tasks(opendir("/proc/self/task"));
  long count = 0;
  for (const dirent* task = nullptr; tasks && (task = readdir(tasks.get())) != nullptr;) {
    std::ifstream stream("/proc/self/task/" + std::string(task->d_name) + "/comm");
    std::string name;
    if (std::getline(stream, name) && name.rfind(beginning, 0) == 0) ++count;
  }
  return count;
}

/// From now on "VmHWM" of status, the most memory that was ever used, counts anew.
inline void forget_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }
inline long peak_memory_kib() { return proc_number("status", "VmHWM"); }
inline long memory_kib() { return proc_number("status", "VmRSS"); }

inline int entries_of(const char* folder) {
  const base::FreePtr<DIR, closedir> open(opendir(folder));
  int entries = 0;
  while (open && readdir(open.get()) != nullptr) ++entries;
  return entries;
}

}  // namespace sangdam::tests
