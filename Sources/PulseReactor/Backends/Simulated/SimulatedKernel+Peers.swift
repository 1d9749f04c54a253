#if DEBUG
import Glibc
import Synchronization

/// A socket of somebody that the reactor talks to, played by a test.
package struct SimulatedPeer: Sendable, Hashable {
    let id: Int
}

/// What a peer finds when it receives.
package enum SimulatedReceipt: Sendable, Equatable {
    case bytes([UInt8])
    /// Nothing has come yet.
    case nothing
    /// The reactor's side ended the stream.
    case end
    /// -> errno, once; afterwards it is the end.
    case failed(Int32)
}

// The other side of each connection. No call waits: `wait(nanoseconds:for:)` does.
extension SimulatedKernel {
    /// Connects to a listener; the error is EINPROGRESS while there is no room for it.
    package func connectPeer(to address: SocketAddress) throws(SystemError) -> SimulatedPeer {
        try state.withOrderedLock(of: self) { state throws(SystemError) in
            let local = SocketAddress(host: .v4([127, 0, 0, 1]), port: 0)
            let socket = state.network.make(.stream, local: local)
            let code = state.network.connect(socket, to: address)
            state.note("peer connects", subject: socket.id, value: Int(code))
            if code < 0 {
                state.network.close(socket, reset: false)
                throw SystemError(call: "connect", code: -code)
            }
            state.changed()
            return SimulatedPeer(id: socket.id)
        }
    }

    /// Listens as a peer, to be connected to by the reactor.
    package func listenAsPeer(backlogMax: Int) -> (SimulatedPeer, SocketAddress) {
        state.withOrderedLock(of: self) { state in
            let address = SocketAddress(host: .v4([127, 0, 0, 1]), port: 0)
            guard let socket = try? state.network.listen(on: address, backlogMax: backlogMax)
            else { preconditionFailure("port 0 is any port that is free") }
            return (SimulatedPeer(id: socket.id), socket.local)
        }
    }

    /// Takes the oldest connection of a peer's listener.
    package func acceptPeer(_ listener: SimulatedPeer) -> SimulatedPeer? {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.sockets[listener.id],
                let accepted = state.network.accept(socket)
            else { return nil }
            state.note("peer accepts", subject: accepted.id)
            state.changed()
            return SimulatedPeer(id: accepted.id)
        }
    }

    /// Sends what there is room for: how many bytes, or -errno; -EAGAIN when there is no room.
    package func send(_ peer: SimulatedPeer, _ bytes: ArraySlice<UInt8>) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            let address = UInt(bitPattern: buffer.baseAddress)
            let count = buffer.count
            return state.withOrderedLock(of: self) { state in
                guard let socket = state.network.sockets[peer.id] else { return -Int(EPIPE) }
                let result = state.network.send(socket, from: address, count: count)
                state.note("peer sends", subject: peer.id, value: Int(result))
                state.changed()
                return Int(result)
            }
        }
    }

    /// Receives what is there, up to `count` bytes.
    package func receive(_ peer: SimulatedPeer, atMost count: Int) -> SimulatedReceipt {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.sockets[peer.id] else { return .end }
            let readable = state.network.readable(socket)
            switch readable {
            case -EAGAIN: return .nothing
            case 0:
                state.note("peer sees the end", subject: peer.id)
                return .end
            case ..<0:
                socket.resetWasTold = true
                state.note("peer fails", subject: peer.id, value: Int(readable))
                return .failed(-readable)
            default:
                let taken = min(count, Int(readable))
                let bytes = unsafe [UInt8](unsafeUninitializedCapacity: taken) { buffer, filled in
                    socket.inbox?.read(
                        into: UInt(bitPattern: buffer.baseAddress),
                        count: taken
                    )
                    filled = taken
                }
                state.note("peer receives", subject: peer.id, value: taken)
                state.changed()
                return .bytes(bytes)
            }
        }
    }

    /// Sends nothing more.
    package func endOutput(_ peer: SimulatedPeer) {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.sockets[peer.id] else { return }
            state.note("peer ends its side", subject: peer.id)
            state.network.shutdown(socket, both: false)
            state.changed()
        }
    }

    /// Goes, in order or by a reset.
    package func close(_ peer: SimulatedPeer, reset: Bool = false) {
        state.withOrderedLock(of: self) { state in
            guard let socket = state.network.sockets[peer.id] else { return }
            state.note("peer closes", subject: peer.id, value: reset ? 1 : 0)
            state.network.close(socket, reset: reset)
            state.changed()
        }
    }
}
#endif
