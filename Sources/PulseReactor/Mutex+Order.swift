import CIOUring
package import Synchronization

extension Mutex where Value: ~Copyable {
    /// `withLock`, of whose order ThreadSanitizer learns.
    ///
    /// A contended `Mutex` is handed from thread to thread by the kernel (FUTEX_LOCK_PI), which the
    /// sanitizer does not see, and the library is not built with it: all that a lock guards would
    /// seem to race. `owner` names the lock. In other builds it costs two calls that do nothing.
    package borrowing func withOrderedLock<Result: ~Copyable, E: Error>(
        of owner: AnyObject,
        _ body: (inout sending Value) throws(E) -> sending Result
    ) throws(E) -> sending Result {
        try withLock { value throws(E) in
            let name = UInt(bitPattern: ObjectIdentifier(owner))
            ciouring_lock_entered(name)
            defer { ciouring_lock_leaves(name) }
            return try body(&value)
        }
    }
}
