#include "CIOUring.h"

#if __has_feature(thread_sanitizer)
void __tsan_acquire(void *address);
void __tsan_release(void *address);

void ciouring_lock_entered(uintptr_t lock) { __tsan_acquire((void *)lock); }
void ciouring_lock_leaves(uintptr_t lock) { __tsan_release((void *)lock); }
#else
void ciouring_lock_entered(uintptr_t lock) { (void)lock; }
void ciouring_lock_leaves(uintptr_t lock) { (void)lock; }
#endif
