package import PulseReactor
import Synchronization
import Testing

/// What stands below a reactor in a test: both backends of the real kernel, and one in memory.
package enum TestKernel: String, Sendable {
    case uring
    case epoll
    /// From a seed, with every fault that the reactor makes up for (debug builds only).
    case simulated
    /// As `simulated`, and nearly every send is taken in part only.
    case stingy

    /// The backend of the real kernel, if it is one.
    var io: IOChoice? {
        switch self {
        case .uring: .uring
        case .epoll: .epoll
        case .simulated, .stingy: nil
        }
    }
}

/// What every test of the reactor runs on.
#if DEBUG
package let kernels: [TestKernel] = [.uring, .epoll, .simulated]
/// And what a test of few bytes runs on whose sends would hardly ever be taken in part.
package let kernelsAndStingy = kernels + [.stingy]
#else
package let kernels: [TestKernel] = [.uring, .epoll]
package let kernelsAndStingy = kernels
#endif

extension RunningReactor {
    /// Starts a reactor on a thread of its own; a simulated kernel is a new one.
    package static func start(
        on kernel: TestKernel,
        connectionsMax: Int
    ) async throws -> RunningReactor {
        if let io = kernel.io {
            try requireBackend(io)
            return try await start(io, connectionsMax: connectionsMax) {}
        }
        #if DEBUG
        let kernel = SimulatedKernels.make(isStingy: kernel == .stingy)
        return try await start {
            try Reactor(simulated: kernel, connectionsMax: connectionsMax)
        }
        #else
        preconditionFailure("release builds have no simulated kernel")
        #endif
    }
}

/// Runs `body` on a fresh reactor over one of the kernels, which ends with it.
///
/// A simulated kernel must have found no fault with the reactor, which must have let go of
/// everything.
package func withReactor<R: Sendable>(
    on kernel: TestKernel,
    connectionsMax: Int = 16_000,
    _ body: @Sendable (isolated Shard) async throws -> R
) async throws -> R {
    let running = try await RunningReactor.start(on: kernel, connectionsMax: connectionsMax)
    let result = try await use(running, body)
    #if DEBUG
    if let kernel = running.shard.reactor.simulatedKernel {
        #expect(kernel.violation == nil)
        #expect(kernel.lentBufferCount == 0)
        // The mailbox's, and the one to spare.
        #expect(kernel.descriptorCount <= 2)
    }
    #endif
    return result
}

#if DEBUG
/// Which simulated kernel an address belongs to, for clients that know the address only.
enum SimulatedKernels {
    private struct Registry {
        var kernels: [UInt16: SimulatedKernel] = [:]
        var nextPort = firstPort
    }

    /// An object, since a lock whose order ThreadSanitizer is told of needs an owner.
    private final class Kernels: Sendable {
        let registry = Mutex(Registry())
    }

    private static let all = Kernels()

    /// The real kernel gives out no port below its ephemeral ones (32768).
    private static let firstPort: UInt16 = 1024
    private static let endPort: UInt16 = 32_768
    /// Ports of one kernel: no test listens on more.
    private static let portsEach: UInt16 = 16

    static func make(isStingy: Bool) -> SimulatedKernel {
        all.registry.withOrderedLock(of: all) { registry in
            let first = registry.nextPort
            registry.nextPort += portsEach
            if registry.nextPort >= endPort { registry.nextPort = firstPort }
            var conditions = SimulatedConditions.threads(seed: UInt64(first))
            if isStingy { conditions.faults.short = 950 }
            let kernel = SimulatedKernel(conditions, firstPort: first)
            registry.kernels[first] = kernel
            return kernel
        }
    }

    static func owner(of port: UInt16) -> SimulatedKernel? {
        let first = port - port % portsEach
        return all.registry.withOrderedLock(of: all) { $0.kernels[first] }
    }
}
#endif
