import CIOUring

// One send at a time for each connection. Nearly all are one frame, which the connection's own
// record carries; what gathers several has an operation in the slab.
extension ReactorCore {
    /// Starts a send; each frame of the list gets a holder until the send has completed.
    @inline(never)
    mutating func send(_ slot: UInt32, _ list: SendList) {
        precondition(!isSending(slot), "a second send was started while one was in flight")
        let secure = connections[slot].tls
        if secure == Connection.none {
            startSend(slot, list)
        } else {
            tls[secure].source = holdSend(list)
            pumpTLS(slot)
        }
    }

    /// Whether the service's send has not completed.
    func isSending(_ slot: UInt32) -> Bool {
        let secure = connections[slot].tls
        return secure == Connection.none
            ? connections[slot].sendOperation != Connection.none
            : tls[secure].source != Connection.none
    }

    /// Starts a send of the kernel's.
    mutating func startSend(_ slot: UInt32, _ list: SendList) {
        metrics.sends += 1
        if list.count == 1 {
            startSingle(slot, list.pieces[0])
        } else {
            let index = holdSend(list)
            connections[slot].sendOperation = index
            submitGathered(slot, index)
        }
    }

    private mutating func startSingle(_ slot: UInt32, _ piece: SendList.Piece) {
        if let header = unsafe piece.frame { frames.retain(unsafe Frame(header: header)) }
        connections[slot].sendOperation = Connection.single
        unsafe connections[slot].frame = piece.frame
        unsafe connections[slot].next = piece.base
        connections[slot].bytesLeft = piece.byteCount
        submitSingle(slot)
    }

    /// Keeps a list, with a share in each of its frames, until `releaseSend`.
    private mutating func holdSend(_ list: SendList) -> UInt32 {
        let index = sends.take()
        sends[index] = SendOperation(list)
        for piece in 0..<list.count {
            if let header = unsafe list.pieces[piece].frame {
                frames.retain(unsafe Frame(header: header))
            }
        }
        return index
    }

    mutating func releaseSend(_ index: UInt32) {
        for piece in 0..<sends[index].count {
            if let header = unsafe sends[index].frames[piece] {
                frames.release(unsafe Frame(header: header))
            }
        }
        sends.give(index)
    }

    /// Bytes that the peer's host has acknowledged since the connection began.
    ///
    /// A unix socket knows no such figure: there it is what is left of the send, in the high half,
    /// and what the kernel holds for the peer. A buffer that was refilled may look as it did
    /// before, so between two looks a peer is only sure to be seen when it ends a send.
    func progressMark(_ slot: UInt32) -> UInt64 {
        let connection = connections[slot]
        let acknowledged = backend.acknowledgedBytes(connection.fd)
        if acknowledged > 0 { return acknowledged }
        var bytesLeft = 0
        if connection.sendOperation == Connection.single {
            bytesLeft = connection.bytesLeft
        } else if connection.sendOperation != Connection.none {
            bytesLeft = sends[connection.sendOperation].bytesLeft
        }
        return UInt64(UInt32(truncatingIfNeeded: bytesLeft)) << 32
            | UInt64(backend.queuedBytes(connection.fd))
    }

    // MARK: The kernel's part

    /// Hands what is left of a frame to the kernel.
    private mutating func submitSingle(_ slot: UInt32) {
        let connection = connections[slot]
        unsafe backend.send(
            connection.fd,
            UnsafeRawBufferPointer(start: connection.next, count: connection.bytesLeft),
            Token(.send, slot: slot, generation: connection.generation)
        )
    }

    /// Hands what is left of a gathered send to the kernel.
    private mutating func submitGathered(_ slot: UInt32, _ index: UInt32) {
        let operation = unsafe sends.address(index)
        let vectors = unsafe UnsafeMutableRawPointer(operation) + ReactorCore.vectorsOffset
        let first = unsafe vectors.assumingMemoryBound(to: iovec.self) + operation.pointee.next
        unsafe operation.pointee.message.msg_iov = unsafe first
        unsafe operation.pointee.message.msg_iovlen =
            unsafe operation.pointee.count - operation.pointee.next
        let message = unsafe UnsafeMutableRawPointer(operation) + ReactorCore.messageOffset
        let connection = connections[slot]
        unsafe backend.send(
            connection.fd,
            message.assumingMemoryBound(to: msghdr.self),
            Token(.send, slot: slot, generation: connection.generation)
        )
    }

    private static let vectorsOffset = offset(of: unsafe \.vectors)
    private static let messageOffset = offset(of: unsafe \.message)

    private static func offset(of field: PartialKeyPath<SendOperation>) -> Int {
        guard let offset = MemoryLayout<SendOperation>.offset(of: field) else {
            preconditionFailure("a send operation's fields lie in line")
        }
        return offset
    }

    // MARK: Completions

    /// Takes in what became of a send; `sent` then holds the connection if its service goes on.
    @inline(never)
    mutating func noteSent(_ completion: Completion) {
        let slot = completion.token.slot
        let id = ConnectionID(slot: slot, generation: completion.token.generation)
        guard connections.isCurrent(id) else { return }
        let outcome = completeSend(slot, completion.result)
        if outcome == .goesOn { return }
        let connection = connections[slot]
        if connection.phase == .closing {
            if outcome == .done { endLastWords(slot) }
            if !connection.isBusy { ended.append(id) }
        } else if outcome == .failed {
            metrics.closedByError += 1
            close(slot)
        } else if connection.tls == Connection.none || continueTLS(slot) {
            sent.append(id)
        }
    }

    /// What a send's completion meant.
    private enum SendOutcome {
        /// Some bytes are left and on their way.
        case goesOn
        case done
        case failed
    }

    private mutating func completeSend(_ slot: UInt32, _ result: Int32) -> SendOutcome {
        let index = connections[slot].sendOperation
        precondition(index != Connection.none, "a send completed that nobody had started")
        if result > 0 { metrics.bytesSent += UInt64(result) }
        let taken = Int(max(0, result))
        let bytesLeft: Int
        if index == Connection.single {
            bytesLeft = connections[slot].advance(by: taken)
        } else {
            sends[index].advance(by: taken)
            bytesLeft = sends[index].bytesLeft
        }
        let goesOn = result > 0 ? bytesLeft > 0 : result == -EINTR || result == -EAGAIN
        if goesOn, connections[slot].phase == .open || isAwaitingLastWords(slot) {
            index == Connection.single ? submitSingle(slot) : submitGathered(slot, index)
            return .goesOn
        }
        if index != Connection.single {
            releaseSend(index)
        } else if let header = unsafe connections[slot].frame {
            frames.release(unsafe Frame(header: header))
        }
        connections[slot].sendOperation = Connection.none
        metrics.sendsEnded += 1
        return bytesLeft > 0 ? .failed : .done
    }

    /// Ends our side of a connection, behind what is being sent over TLS.
    mutating func endOutput(_ slot: UInt32) {
        let secure = connections[slot].tls
        if secure == Connection.none {
            backend.shutdown(connections[slot].fd, SHUT_WR)
        } else {
            tls[secure].endsOutput = true
            pumpTLS(slot)
        }
    }
}
