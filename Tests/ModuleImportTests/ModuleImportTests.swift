import CCurl
import CDashboard
import CIOUring
import COpenSSL
import CScan
import Glibc
import Testing

/// Swift imports all C modules into one world.
///
/// liburing.h sets `_XOPEN_SOURCE`, which renames the
/// member of `fd_set`; where that happens before <features.h> was read, a debug build of this file
/// fails with "'__fds_bits' is not present in definition of 'fd_set'".
@Test("all C modules share one definition of fd_set")
func fdSetIsTheSameInAllModules() {
    let descriptors = fd_set()
    #expect(MemoryLayout.size(ofValue: descriptors) == Int(FD_SETSIZE) / 8)
}
