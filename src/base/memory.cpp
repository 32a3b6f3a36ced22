#include "base/memory.hpp"

#include <malloc.h>

namespace sangdam::base {
namespace {

// One arena costs contention, eight per core cost memory; two leave the streaming threads of a call apart
// from the main loop most of the time.
constexpr int k_arenas = 2;
// A picture is allocated and freed thirty times a second. A block straight from the system is mapped, cleared
// and unmapped each time, which cost a call 0.25 of a core; so pictures up to 1920x1080 in four bytes a pixel
// stay in the heap, and what is larger does not.
constexpr int k_direct_from = 9 * 1024 * 1024;
// The free end of a heap that is kept rather than returned, for the same reason: a few pictures.
// release_memory() returns it after the visit.
constexpr int k_kept_free = 32 * 1024 * 1024;

}  // namespace

void bound_memory() noexcept {
  // NOLINTBEGIN(concurrency-mt-unsafe): called before any thread is started
  mallopt(M_ARENA_MAX, k_arenas);
  mallopt(M_MMAP_THRESHOLD, k_direct_from);
  mallopt(M_TRIM_THRESHOLD, k_kept_free);
  // NOLINTEND(concurrency-mt-unsafe)
}

void release_memory() noexcept { malloc_trim(0); }

}  // namespace sangdam::base
