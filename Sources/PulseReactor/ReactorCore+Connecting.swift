import CIOUring
import Glibc

/// A connect in flight: what the kernel reads until it has completed, at an address that stays.
struct ConnectOperation: BitwiseCopyable {
    var address = sockaddr_storage()
    var byteCount: socklen_t = 0
    /// Ends it at its deadline; set once it is in flight.
    var timer: TimerID?
    var isLate = false

    init() {}

    /// The kernel's form of an address.
    init(_ target: SocketAddress) {
        unsafe target.withKernelForm { address, byteCount in
            self.byteCount = byteCount
            // The form has as many bytes as it says, and the storage has room for any.
            unsafe withUnsafeMutableBytes(of: &self.address) {
                unsafe $0.copyMemory(
                    from: UnsafeRawBufferPointer(start: address, count: Int(byteCount))
                )
            }
        }
    }
}

extension ReactorCore {
    /// Begins to connect; the connection exists from here on, and is open when that has succeeded.
    mutating func connect(
        to target: SocketAddress,
        from source: SocketAddress?,
        service: UInt8,
        tls context: TLSClientContext?,
        resumes: Bool
    ) throws(SystemError) -> ConnectionID {
        guard connections.count < connectionsMax else {
            throw SystemError(call: "connect", code: EMFILE)
        }
        let fd = try backend.socket(to: target, from: source)
        let id = connections.open(fd, service: service, phase: .connecting)
        connections[id.slot].wantsBytes = true
        if let context, !beginTLS(id.slot, context, resumes: resumes) {
            backend.close(fd)
            connections.free(id.slot)
            throw SystemError(call: "connect", code: ENOMEM)
        }
        let index = connects.take()
        connects[index] = ConnectOperation(target)
        connections[id.slot].sendOperation = index
        let operation = unsafe connects.address(index)
        // The slab keeps the operation in place until `endConnect`.
        unsafe backend.connect(
            fd,
            UnsafeRawPointer(operation).assumingMemoryBound(to: sockaddr.self),
            operation.pointee.byteCount,
            Token(.connect, slot: id.slot, generation: id.generation)
        )
        return id
    }

    /// Asks for the end of a connect, which its completion then brings.
    mutating func cancelConnect(_ slot: UInt32) {
        let connection = connections[slot]
        connections[slot].phase = .closing
        connections[slot].wantsBytes = false
        backend.cancel(
            connection.fd,
            Token(.connect, slot: slot, generation: connection.generation)
        )
    }

    /// Gives a connect that has just begun a deadline.
    mutating func limitConnect(_ id: ConnectionID, until deadline: MonotonicTime) {
        let timer = timers.reserve()
        connects[connections[id.slot].sendOperation].timer = timer
        _ = timers.arm(timer, at: deadline, .endConnect(id))
    }

    /// Ends a connect whose deadline has come.
    ///
    /// One that was closed meanwhile is on its way to its end already.
    mutating func expireConnect(_ id: ConnectionID) {
        guard connections.isLive(id) else { return }
        connects[connections[id.slot].sendOperation].isLate = true
        backend.cancel(
            connections[id.slot].fd,
            Token(.connect, slot: id.slot, generation: id.generation)
        )
    }

    /// What a connect's completion meant.
    enum ConnectOutcome {
        case open
        /// The socket is connected, and the handshake of TLS has begun.
        case greeting
        case failed(ConnectError)
        /// The connection was closed meanwhile.
        case cancelled
    }

    mutating func endConnect(_ slot: UInt32, _ result: Int32) -> ConnectOutcome {
        let operation = connects[connections[slot].sendOperation]
        if let timer = operation.timer { timers.cancel(timer) }
        connects.give(connections[slot].sendOperation)
        connections[slot].sendOperation = Connection.none
        guard connections[slot].phase == .connecting else { return .cancelled }
        guard result == 0 else {
            connections[slot].phase = .closing
            let code = operation.isLate && result == -ECANCELED ? ETIMEDOUT : -result
            return .failed(.system(SystemError(call: "connect", code: code)))
        }
        connections[slot].phase = .open
        metrics.connected += 1
        if connections[slot].tls == Connection.none { return .open }
        guard case .failed(let error) = greetTLS(slot) else { return .greeting }
        connections[slot].phase = .closing
        return .failed(error ?? .ended)
    }
}
