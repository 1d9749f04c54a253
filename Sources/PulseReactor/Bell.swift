import CIOUring
import Glibc

/// A descriptor that one thread makes readable and another one polls; its owner closes it.
struct Bell: Sendable {
    /// Readable from `ring` to `silence`.
    let descriptor: Int32
    #if DEBUG
    private let kernel: SimulatedKernel?

    /// A descriptor of a simulated kernel.
    init(of kernel: SimulatedKernel) {
        self.kernel = kernel
        descriptor = kernel.openEvent()
    }
    #endif

    init() throws(SystemError) {
        #if DEBUG
        kernel = nil
        #endif
        descriptor = try check("eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)))
    }

    /// May be called from any thread.
    func ring() {
        #if DEBUG
        if let kernel { return kernel.ring(descriptor) }
        #endif
        _ = eventfd_write(descriptor, 1)
    }

    func silence() {
        #if DEBUG
        if let kernel { return kernel.silence(descriptor) }
        #endif
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor, &count)
    }

    func close() {
        #if DEBUG
        if let kernel { return kernel.close(descriptor) }
        #endif
        _ = Glibc.close(descriptor)
    }
}
