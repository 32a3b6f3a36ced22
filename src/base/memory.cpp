#include "base/memory.hpp"

#include <malloc.h>

namespace sangdam::base {
namespace {

// One arena costs contention, eight per core cost memory; two leave the streaming threads of a call apart
// from the main loop most of the time.
constexpr int k_arenas = 2;
// Pictures and encoder state are larger; glibc would raise this by itself to 32 MiB and keep them in its
// heap.
constexpr int k_direct_from = 256 * 1024;

}  // namespace

void bound_memory() noexcept {
  // NOLINTBEGIN(concurrency-mt-unsafe): called before any thread is started
  mallopt(M_ARENA_MAX, k_arenas);
  mallopt(M_MMAP_THRESHOLD, k_direct_from);
  // NOLINTEND(concurrency-mt-unsafe)
}

void release_memory() noexcept { malloc_trim(0); }

}  // namespace sangdam::base
