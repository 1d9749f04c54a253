#if DEBUG
import CIOUring
import Glibc
import Synchronization

/// A kernel that exists in memory only, behind the interface of io_uring and epoll.
///
/// From a seed it draws when operations complete, in which order and how badly, within what the
/// real kernel may do; the same seed gives the same trace. It watches over what the real kernel
/// would corrupt in silence: memory of operations in flight, slots and descriptors used again too
/// early. What it finds is the `violation`.
///
/// Debug builds only: nothing of it is in a program that is shipped.
package final class SimulatedKernel: Sendable {
    let state: Mutex<SimulatedState>
    /// Where the virtual time is; the kernel owns it.
    private let clock: VirtualClock?

    /// `firstPort` is what port 0 becomes first.
    package init(_ conditions: SimulatedConditions, firstPort: UInt16 = 1024) {
        clock = conditions.clock == .virtual ? VirtualClock() : nil
        state = Mutex(SimulatedState(conditions, firstPort: firstPort, clock: clock))
    }

    deinit { clock?.free() }

    /// Runs `body` with the kernel's time as the thread's time.
    package func asTime<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        guard let clock else { return try body() }
        let before = clock.begin()
        defer { VirtualClock.end(before) }
        return try body()
    }

    // MARK: Facts

    /// The first rule that was broken, in words.
    package var violation: String? { state.withOrderedLock(of: self) { $0.violation } }

    /// One number for everything that happened.
    package var traceHash: UInt64 { state.withOrderedLock(of: self) { $0.trace.hash } }

    /// How many things happened.
    package var eventCount: Int { state.withOrderedLock(of: self) { $0.trace.count } }

    /// The last 50 things that happened, one a line.
    package var lastEvents: [String] { state.withOrderedLock(of: self) { $0.trace.lines } }

    /// Receive buffers that the reactor has taken and not given back.
    package var lentBufferCount: Int { state.withOrderedLock(of: self) { $0.lentCount } }

    /// Descriptors that the reactor has open.
    package var descriptorCount: Int {
        state.withOrderedLock(of: self) { $0.network.descriptorCount }
    }

    // MARK: What a test changes

    package func setFaults(_ faults: SimulatedFaults) {
        state.withOrderedLock(of: self) { $0.conditions.faults = faults }
    }

    package func setDescriptorsMax(_ count: Int) {
        state.withOrderedLock(of: self) { $0.conditions.descriptorsMax = count }
    }

    /// Says that a rule of the test was broken, unless one was before.
    package func report(_ violation: String) {
        state.withOrderedLock(of: self) { $0.fail(violation) }
    }
}
#endif
