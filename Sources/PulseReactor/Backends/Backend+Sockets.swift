import CIOUring
import Glibc

// The system calls on sockets that are made at once and not as operations, behind the same door:
// whoever stands in for the kernel stands in for all of it.
extension Backend {
    /// Binds and listens; returns the address with the port that the kernel gave.
    func listen(
        on address: SocketAddress,
        sharing: PortSharing
    ) throws(SystemError) -> ListeningSocket {
        #if DEBUG
        if let simulated { return try simulated.listen(on: address) }
        #endif
        return try ListeningSocket.open(address, sharing: sharing)
    }

    /// A non-blocking socket to connect to `target` with, bound to `source` where that is given.
    func socket(
        to target: SocketAddress,
        from source: SocketAddress?
    ) throws(SystemError) -> Int32 {
        #if DEBUG
        if let simulated { return try simulated.socket(from: source) }
        #endif
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        let fd = try check("socket", Glibc.socket(target.family, type, 0))
        SocketOption.set(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        guard let source else { return fd }
        // The port is chosen when the target is known, so that two targets may share one.
        SocketOption.set(fd, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
        do throws(SystemError) {
            _ = try check("bind", unsafe source.withKernelForm { unsafe bind(fd, $0, $1) })
        } catch {
            _ = Glibc.close(fd)
            throw error
        }
        return fd
    }

    /// The address of a connection's peer, or `nil` when it has gone already.
    func peer(of fd: Int32) -> SocketAddress? {
        #if DEBUG
        if let simulated { return simulated.peer(of: fd) }
        #endif
        return unsafe SocketAddress.read(getpeername, of: fd)
    }

    /// Accepts a client that waits, outside any operation: a descriptor, or -errno.
    func acceptNow(_ listener: Int32) -> Int32 {
        #if DEBUG
        if let simulated { return simulated.acceptNow(listener) }
        #endif
        return ciouring_accept(listener)
    }

    /// Hands bytes to the kernel outside any operation, as many as it takes at once.
    func sendNow(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) {
        #if DEBUG
        if let simulated {
            let address = UInt(bitPattern: bytes.baseAddress)
            return simulated.sendNow(fd, bytes: address, count: bytes.count)
        }
        #endif
        _ = unsafe ciouring_send_bytes(fd, bytes.baseAddress, bytes.count)
    }

    /// Takes what has come outside any operation, as much as there is room for.
    func receiveNow(_ fd: Int32, _ buffer: UnsafeMutableRawBufferPointer) {
        #if DEBUG
        if let simulated {
            let address = UInt(bitPattern: buffer.baseAddress)
            return simulated.receiveNow(fd, into: address, count: buffer.count)
        }
        #endif
        _ = unsafe ciouring_receive(fd, buffer.baseAddress, UInt32(buffer.count))
    }

    /// Whether the peer has ended its side, or reset the connection, which nobody has read yet.
    func peerHasEnded(_ fd: Int32) -> Bool {
        #if DEBUG
        if let simulated { return simulated.peerHasEnded(fd) }
        #endif
        return ciouring_peer_ended(fd) != 0
    }

    /// Ends one side of a connection (SHUT_WR), or both (SHUT_RDWR).
    func shutdown(_ fd: Int32, _ side: Int) {
        #if DEBUG
        if let simulated { return simulated.shutdown(fd, both: side == SHUT_RDWR) }
        #endif
        _ = Glibc.shutdown(fd, Int32(side))
    }

    /// Lets the close that follows drop what the peer has not taken, and reset the connection
    /// (socket(7), SO_LINGER).
    func dropAtClose(_ fd: Int32) {
        #if DEBUG
        if let simulated { return simulated.dropAtClose(fd) }
        #endif
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            fd,
            SOL_SOCKET,
            SO_LINGER,
            &linger,
            socklen_t(MemoryLayout<linger>.size)
        )
    }

    /// Bytes that the peer's host has acknowledged; 0 when it cannot be told.
    func acknowledgedBytes(_ fd: Int32) -> UInt64 {
        #if DEBUG
        if let simulated { return simulated.acknowledgedBytes(fd) }
        #endif
        return ciouring_acknowledged(fd)
    }

    /// Bytes that the kernel holds for the peer (SIOCOUTQ).
    func queuedBytes(_ fd: Int32) -> UInt32 {
        #if DEBUG
        if let simulated { return UInt32(clamping: simulated.queuedBytes(fd)) }
        #endif
        return ciouring_queued(fd)
    }

    /// What wakes the reactor when another thread has left something for it.
    func openBell() throws(SystemError) -> Bell {
        #if DEBUG
        if let simulated { return Bell(of: simulated) }
        #endif
        return try Bell()
    }

    /// A descriptor that only takes up its place, or a negative number when there is none.
    func openSpare() -> Int32 {
        #if DEBUG
        if let simulated { return simulated.openEvent() }
        #endif
        return eventfd(0, Int32(EFD_CLOEXEC))
    }
}
