// <features.h> must come first: liburing.h sets _XOPEN_SOURCE, and that would change fd_set for
// every other C module that Swift imports into the same world.
#include <features.h>
#include <liburing.h>
