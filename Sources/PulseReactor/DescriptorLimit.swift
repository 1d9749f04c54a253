// In optimised builds the compiler finds rlimit's members in liburing's headers.
import CIOUring
import Glibc

/// How many descriptors this process may have.
package enum DescriptorLimit {
    /// Raises the limit as far as it goes and returns it.
    ///
    /// Systems keep it low for programs that use select(2), of which this is none.
    package static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(resource, &limit)
        return Int(clamping: limit.rlim_max)
    }
}
