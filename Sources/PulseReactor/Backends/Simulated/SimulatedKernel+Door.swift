#if DEBUG
import CIOUring
import Glibc
import Synchronization

// What `Backend` asks of it, on the reactor's thread.
//
// Addresses cross the lock as numbers: the memory stays the caller's, as it does under the real
// kernel.
extension SimulatedKernel {
    // MARK: Operations

    func accept(_ fd: Int32, _ token: Token) { start(fd, token) { _ in } }

    func receive(_ fd: Int32, _ token: Token, once: Bool) {
        start(fd, token) { $0.isOnce = once }
        let isDoubled = state.withOrderedLock(of: self) { state in
            state.conditions.planted == .receivesTwice && state.random.happens(20)
        }
        if isDoubled { start(fd, token) { _ in } }
    }

    func connect(_ fd: Int32, _ address: UInt, _ length: socklen_t, _ token: Token) {
        let target = unsafe SocketAddress.read(
            { _, storage, _ in
                // The caller's address is in place until the completion.
                guard let given = unsafe UnsafeRawPointer(bitPattern: address) else { return -1 }
                unsafe memcpy(storage, given, Int(length))
                return 0
            },
            of: fd
        )
        start(fd, token) { operation in
            operation.target = target
            operation.descriptions = [SimulatedMemory(address: address, byteCount: Int(length))]
        }
    }

    func send(_ fd: Int32, bytes: UInt, count: Int, _ token: Token) {
        start(fd, token) { operation in
            operation.pieces = [SimulatedMemory(address: bytes, byteCount: count)]
        }
    }

    func send(_ fd: Int32, message: UInt, _ token: Token) {
        start(fd, token) { operation in
            guard let header = unsafe UnsafePointer<msghdr>(bitPattern: message) else { return }
            let count = unsafe Int(header.pointee.msg_iovlen)
            let vectors = unsafe header.pointee.msg_iov
            operation.descriptions = unsafe [
                SimulatedMemory(address: message, byteCount: MemoryLayout<msghdr>.size),
                SimulatedMemory(
                    address: UInt(bitPattern: vectors),
                    byteCount: count * MemoryLayout<iovec>.stride
                ),
            ]
            for index in 0..<count {
                guard let vector = unsafe vectors?[index] else { continue }
                let address = unsafe UInt(bitPattern: vector.iov_base)
                let piece = unsafe SimulatedMemory(address: address, byteCount: vector.iov_len)
                operation.pieces.append(piece)
            }
        }
    }

    func poll(_ fd: Int32, events: UInt32, _ token: Token) {
        start(fd, token) { $0.events = events }
    }

    func cancel(_ token: Token) { state.withOrderedLock(of: self) { $0.cancel(token) } }

    private func start(
        _ fd: Int32,
        _ token: Token,
        _ fill: (SimulatedOperation) -> Void
    ) {
        state.withOrderedLock(of: self) { state in
            // An operation on what is no descriptor completes with an error, and is no mistake.
            let socket = state.network.socket(at: fd) ?? state.network.makeMissing()
            let operation = SimulatedOperation(token, fd, socket)
            fill(operation)
            state.start(operation)
        }
    }

    // MARK: Completions

    /// Appends what has completed; waits for it where time is real, and lets time pass elsewhere.
    func reap(into completions: inout [Completion], timeoutNanoseconds: UInt64?) {
        let start = MonotonicTime.now()
        while true {
            let bell = state.withOrderedLock(of: self) { state -> Bell? in
                state.complete(into: &completions)
                if state.isVirtual {
                    state.passTime(timeoutNanoseconds, isIdle: completions.isEmpty)
                    return nil
                }
                if !completions.isEmpty || timeoutNanoseconds == 0 { return nil }
                return state.bellToWait()
            }
            guard let bell else { return }
            defer { takeDown(bell) }
            let passed = MonotonicTime.now().nanoseconds(since: start)
            if let timeoutNanoseconds, passed >= timeoutNanoseconds { return }
            let left = timeoutNanoseconds.map { $0 - passed }
            // What was put off needs another try, whether anything else happens or not.
            let hasLate = state.withOrderedLock(of: self) { $0.hasLate }
            bell.wait(nanoseconds: hasLate ? min(left ?? .max, 100_000) : left)
        }
    }

    /// The ring is closed: nothing may be in flight but the poll that wakes the reactor.
    func end() {
        state.withOrderedLock(of: self) { state in
            for operation in state.operations {
                if operation.token.operation != .wake {
                    state.fail("in flight at the end: \(state.describe(operation.token))")
                }
                state.finish(operation)
            }
            state.operations = []
        }
    }

    func recycle(_ buffer: UInt16) { state.withOrderedLock(of: self) { $0.recycle(buffer) } }

    func bufferAddress(_ buffer: UInt16) -> UInt {
        state.withOrderedLock(of: self) { state in
            let address = state.buffers.address(of: buffer)
            if state.conditions.planted == .recyclesEarly { state.recycle(buffer) }
            return address
        }
    }

    // MARK: Calls that are made at once

    func listen(on address: SocketAddress) throws(SystemError) -> ListeningSocket {
        let backlogMax = Int(Limits.listenBacklog)
        return try state.withOrderedLock(of: self) { state throws(SystemError) in
            let socket = try state.network.listen(on: address, backlogMax: backlogMax)
            let fd = state.openDescriptor(for: socket)
            if fd >= 0 { return ListeningSocket(fd: fd, address: socket.local) }
            state.network.close(socket, reset: false)
            throw SystemError(call: "socket", code: -fd)
        }
    }

    func socket(from source: SocketAddress?) throws(SystemError) -> Int32 {
        if let source, !source.isLoopback {
            throw SystemError(call: "bind", code: EADDRNOTAVAIL)
        }
        let fd = state.withOrderedLock(of: self) { state in
            let local = source ?? SimulatedNetwork.nowhere
            let socket = state.network.make(.stream, local: local)
            let fd = state.openDescriptor(for: socket)
            if fd < 0 { state.network.close(socket, reset: false) }
            return fd
        }
        guard fd >= 0 else { throw SystemError(call: "socket", code: -fd) }
        return fd
    }

    func peer(of fd: Int32) -> SocketAddress? {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd), !socket.isReset else { return nil }
            return socket.peer
        }
    }

    func acceptNow(_ listener: Int32) -> Int32 {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: listener) else { return -EBADF }
            if state.network.descriptorCount >= state.conditions.descriptorsMax { return -EMFILE }
            guard let client = state.network.accept(socket) else { return -EAGAIN }
            return state.openDescriptor(for: client)
        }
    }

    func sendNow(_ fd: Int32, bytes: UInt, count: Int) {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd) else { return }
            _ = state.network.send(socket, from: bytes, count: count)
            state.changed()
        }
    }

    func receiveNow(_ fd: Int32, into address: UInt, count: Int) {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd) else { return }
            state.network.receive(socket, into: address, count: count)
            state.changed()
        }
    }

    func peerHasEnded(_ fd: Int32) -> Bool {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd) else { return false }
            return socket.inputEnded || socket.isReset
        }
    }

    func shutdown(_ fd: Int32, both: Bool) {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd) else {
                return state.fail("a descriptor was shut down that is not open: \(fd)")
            }
            state.note("shutdown", subject: Int(fd), value: both ? 2 : 1)
            state.network.shutdown(socket, both: both)
            if both, state.conditions.planted == .closesUnderOperations { state.close(fd) }
            state.changed()
        }
    }

    func close(_ fd: Int32) { state.withOrderedLock(of: self) { $0.close(fd) } }

    func dropAtClose(_ fd: Int32) {
        state.withOrderedLock(of: self) { $0.network.socket(at: fd)?.dropsAtClose = true }
    }

    func acknowledgedBytes(_ fd: Int32) -> UInt64 {
        state.withOrderedLock(of: self) { $0.network.socket(at: fd)?.acknowledged ?? 0 }
    }

    func queuedBytes(_ fd: Int32) -> Int {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.socket(at: fd) else { return 0 }
            return state.network.queuedBytes(socket)
        }
    }

    // MARK: Events

    /// A descriptor like an eventfd's, or -EMFILE.
    package func openEvent() -> Int32 {
        state.withOrderedLock(of: self) { $0.openDescriptor(for: $0.network.make(.event)) }
    }

    /// A descriptor like that of /dev/null.
    package func openFile() -> Int32 {
        state.withOrderedLock(of: self) { $0.openDescriptor(for: $0.network.make(.file)) }
    }

    /// Makes an event readable.
    package func ring(_ fd: Int32) {
        state.withOrderedLock(of: self) { state in
            state.network.socket(at: fd)?.count = 1
            state.changed()
        }
    }

    /// Makes it unreadable again.
    package func silence(_ fd: Int32) {
        state.withOrderedLock(of: self) { $0.network.socket(at: fd)?.count = 0 }
    }

    /// Closes a descriptor of a test's own.
    package func closeDescriptor(_ fd: Int32) { close(fd) }
}

extension SimulatedState {
    /// Lets time pass in a turn: a little where something happened, else up to the deadline.
    mutating func passTime(_ timeoutNanoseconds: UInt64?, isIdle: Bool) {
        if random.happens(conditions.faults.clockJumps) {
            note("the clock jumps")
            advance(to: now + UInt64(1 + random.below(10)) * 1_000_000_000)
        }
        let step = UInt64(random.below(isIdle ? 10_000_000 : 100_000))
        let wanted = timeoutNanoseconds ?? .max
        advance(to: now + (isIdle ? min(step, wanted) : step))
    }

    /// What a thread waits at, until anything changes.
    mutating func bellToWait() -> Bell? {
        guard let bell = try? Bell() else { return nil }
        waiting.append(bell)
        return bell
    }
}

extension SimulatedKernel {
    /// Waits until `attempt` gives something, for so long; it is tried anew after each change.
    package func wait<R>(nanoseconds: UInt64, for attempt: () -> R?) -> R? {
        let start = MonotonicTime.now()
        while true {
            // It hangs there before the attempt: no change in between is missed.
            let bell = state.withOrderedLock(of: self) { $0.bellToWait() }
            defer { if let bell { takeDown(bell) } }
            if let result = attempt() { return result }
            let passed = MonotonicTime.now().nanoseconds(since: start)
            guard let bell, passed < nanoseconds else { return nil }
            bell.wait(nanoseconds: nanoseconds - passed)
        }
    }

    private func takeDown(_ bell: Bell) {
        state.withOrderedLock(of: self) { state in
            state.waiting.removeAll { $0.descriptor == bell.descriptor }
        }
        bell.close()
    }
}

extension Bell {
    /// Waits until it rings, or for so long; `nil` waits without end.
    func wait(nanoseconds: UInt64?) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
        unsafe _ = Glibc.poll(&entry, 1, milliseconds)
    }
}
#endif
