import CIOUring
import Glibc

/// Starts detached POSIX threads.
package enum KernelThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread named `name` (at most 15 bytes are shown by the kernel).
    package static func start(
        name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let named = Body {
            unsafe ciouring_name_thread(String(name.prefix(15)))
            body()
        }
        // The thread owns this reference and takes it back as its first act.
        let context = unsafe Unmanaged.passRetained(named).toOpaque()
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        guard code == 0 else {
            unsafe Unmanaged<Body>.fromOpaque(context).release()
            throw SystemError(call: "pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}
