// Counts what a process asks the C library's allocator for: loaded before all other libraries, it
// stands in front of malloc and its kin. `script/bench allocations` does so with pulse-bench, which
// reads the count before and after a piece of work on its one thread.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

static uint64_t count;

uint64_t allocation_count(void) { return count; }

// glibc's own names, which need no look-up that might allocate in turn.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count++;
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count++;
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count++;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}
