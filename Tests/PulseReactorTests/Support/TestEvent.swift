import CIOUring
import Glibc
import PulseReactor

/// A descriptor that becomes readable when a test says so, of the kernel that a reactor runs on.
final class TestEvent {
    let fd: Int32
    private let reactor: Reactor

    init(_ reactor: Reactor) {
        self.reactor = reactor
        #if DEBUG
        if let kernel = reactor.simulatedKernel {
            fd = kernel.openEvent()
            return
        }
        #endif
        fd = eventfd(0, Int32(EFD_CLOEXEC))
    }

    deinit {
        #if DEBUG
        if let kernel = reactor.simulatedKernel { return kernel.closeDescriptor(fd) }
        #endif
        _ = close(fd)
    }

    func ring() {
        #if DEBUG
        if let kernel = reactor.simulatedKernel { return kernel.ring(fd) }
        #endif
        _ = eventfd_write(fd, 1)
    }

    /// Takes what was rung, so that it is not readable any more.
    func silence() {
        #if DEBUG
        if let kernel = reactor.simulatedKernel { return kernel.silence(fd) }
        #endif
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(fd, &count)
    }
}

/// Takes all descriptors that a reactor's process may have, and gives them back one by one.
final class TestDescriptors {
    private let reactor: Reactor
    private var held: [Int32] = []

    init(_ reactor: Reactor) { self.reactor = reactor }

    deinit { releaseAll() }

    func takeAll() {
        #if DEBUG
        if let kernel = reactor.simulatedKernel {
            return kernel.setDescriptorsMax(kernel.descriptorCount)
        }
        #endif
        while case let fd = dup(2), fd >= 0 { held.append(fd) }
    }

    /// Leaves one for a client of the same process; a simulated client needs none.
    func releaseOne() {
        if let fd = held.popLast() { _ = close(fd) }
    }

    func releaseAll() {
        #if DEBUG
        if let kernel = reactor.simulatedKernel { return kernel.setDescriptorsMax(20_000) }
        #endif
        for fd in held { _ = close(fd) }
        held = []
    }
}
