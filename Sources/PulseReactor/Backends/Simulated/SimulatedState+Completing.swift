#if DEBUG
import CIOUring
import Glibc

// What completes in a turn, and how.
extension SimulatedState {
    /// Appends the completions of one turn; drawn from the seed, within what the kernel may do.
    mutating func complete(into completions: inout [Completion]) {
        turn += 1
        hasLate = false
        checkMemory()
        for operation in inDrawnOrder() {
            let before = completions.count
            step(operation, &completions)
            for completion in completions[before...] {
                note(
                    completion.more ? "completes, and goes on" : "completes",
                    completion.token,
                    subject: Int(operation.fd),
                    value: Int(completion.result)
                )
                if !completion.more { finish(operation) }
            }
        }
        operations.removeAll { $0.isFinished }
        if hasMoved || !completions.isEmpty { changed() }
        // The rest of a send, and a receive at its other end that was tried before it.
        if hasMoved { hasLate = true }
        hasMoved = false
    }

    private mutating func inDrawnOrder() -> [SimulatedOperation] {
        conditions.faults.reorders ? operations.shuffled(using: &random) : operations
    }

    private mutating func step(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        let faults = conditions.faults
        if operation.socket.kind == .missing {
            completions.append(operation.completion(-EBADF))
            return
        }
        // It can lose the race once only: the next submit carries the cancellation out.
        let loses = !operation.hasLostRace && random.happens(faults.cancelLoses)
        if operation.isCancelled, !loses {
            completions.append(operation.completion(-ECANCELED))
            return
        }
        if !operation.isCancelled, random.happens(faults.late) {
            hasLate = true
            return
        }
        switch operation.token.operation {
        case .accept: accept(operation, &completions)
        case .receive: receive(operation, &completions)
        case .send: send(operation, &completions)
        case .connect: connect(operation, &completions)
        case .poll, .wake: poll(operation, &completions)
        case .cancel: preconditionFailure("a cancel request is no operation")
        }
        if operation.isCancelled {
            operation.hasLostRace = true
            hasLate = true
        }
    }

    // MARK: Accept

    private mutating func accept(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        let listener = operation.socket
        if listener.isShut {
            completions.append(operation.completion(-EINVAL))
            return
        }
        while !listener.backlog.isEmpty {
            if network.descriptorCount >= conditions.descriptorsMax
                || random.happens(conditions.faults.noDescriptors)
            {
                completions.append(operation.completion(-EMFILE))
                return
            }
            guard let socket = network.accept(listener) else { return }
            let ends = random.happens(conditions.faults.endsMultishot)
            let fd = network.openDescriptor(for: socket)
            completions.append(operation.completion(fd, more: !ends))
            if ends { return }
        }
    }

    // MARK: Receive

    private mutating func receive(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        let faults = conditions.faults
        let socket = operation.socket
        if socket.isConnected, random.happens(faults.resets) {
            note("reset", subject: socket.id)
            network.reset(socket)
        }
        for _ in 0..<SimulatedState.receivesPerTurnMax {
            let readable = network.readable(socket)
            if readable == -EAGAIN { return }
            if readable <= 0 {
                if readable < 0 { socket.resetWasTold = true }
                completions.append(operation.completion(readable))
                return
            }
            if random.happens(faults.interrupts) {
                completions.append(operation.completion(random.next() & 1 == 0 ? -EINTR : -EAGAIN))
                return
            }
            guard !random.happens(faults.noBuffers), let buffer = lendBuffer() else {
                completions.append(operation.completion(-ENOBUFS))
                return
            }
            let room = operation.isOnce ? Limits.handshakeReceiveBytes : buffers.byteCount
            let count = drawn(min(Int(readable), min(room, buffers.byteCount)))
            socket.inbox?.read(into: buffers.address(of: buffer), count: count)
            let ends = operation.isOnce || random.happens(faults.endsMultishot)
            completions.append(
                operation.completion(Int32(count), buffer: buffer, more: !ends)
            )
            if ends { return }
        }
    }

    /// Receives of one connection in a turn; the real kernel has such a limit too (32).
    private static let receivesPerTurnMax = 8

    /// As many, or fewer when the draw says so.
    private mutating func drawn(_ count: Int) -> Int {
        random.happens(conditions.faults.short) ? 1 + random.below(count) : count
    }

    // MARK: Send

    private mutating func send(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        let faults = conditions.faults
        let socket = operation.socket
        if socket.isConnected, random.happens(faults.resets) {
            note("reset", subject: socket.id)
            network.reset(socket)
        }
        if random.happens(faults.sendFails) {
            completions.append(operation.completion(-ENOBUFS))
            return
        }
        if operation.sent == 0, random.happens(faults.interrupts) {
            completions.append(operation.completion(random.next() & 1 == 0 ? -EINTR : -EAGAIN))
            return
        }
        while let next = operation.next {
            let result = network.send(socket, from: next.address, count: drawn(next.count))
            if result == -EAGAIN { return }
            if result < 0 {
                // What was taken before the error is what is told; the error comes with the rest.
                let told = operation.sent > 0 ? Int32(operation.sent) : result
                completions.append(operation.completion(told))
                return
            }
            operation.sent += Int(result)
            hasMoved = true
            if random.happens(faults.short) { break }
        }
        // MSG_WAITALL: the kernel goes on by itself, but may be stopped short.
        let isWhole = operation.next == nil
        if !isWhole, !random.happens(faults.short) { return }
        let isForgotten = conditions.planted == .forgetsShortSends
        let told = isForgotten ? operation.byteCount : operation.sent
        if told > 0 || isWhole { completions.append(operation.completion(Int32(told))) }
    }

    // MARK: Connect and poll

    private mutating func connect(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        guard let target = operation.target else {
            completions.append(operation.completion(-EINVAL))
            return
        }
        if random.happens(conditions.faults.refusals) {
            let code = random.next() & 1 == 0 ? ECONNREFUSED : ETIMEDOUT
            completions.append(operation.completion(-code))
            return
        }
        let result = network.connect(operation.socket, to: target)
        if result != -EINPROGRESS { completions.append(operation.completion(result)) }
    }

    private mutating func poll(
        _ operation: SimulatedOperation,
        _ completions: inout [Completion]
    ) {
        let socket = operation.socket
        var ready: UInt32 = 0
        switch socket.kind {
        case .event: if socket.count > 0 { ready = UInt32(POLLIN) }
        case .file, .missing: ready = operation.events
        case .listener: if !socket.backlog.isEmpty { ready = UInt32(POLLIN) }
        case .stream:
            if network.readable(socket) != -EAGAIN { ready |= UInt32(POLLIN) }
            let room = network.sockets[socket.other]?.inbox?.room ?? 1
            if room > 0 { ready |= UInt32(POLLOUT) }
        }
        ready &= operation.events
        if ready != 0 { completions.append(operation.completion(Int32(bitPattern: ready))) }
    }
}

extension SimulatedOperation {
    func completion(_ result: Int32, buffer: UInt16? = nil, more: Bool = false) -> Completion {
        Completion(token: token, result: result, buffer: buffer, more: more)
    }
}
#endif
