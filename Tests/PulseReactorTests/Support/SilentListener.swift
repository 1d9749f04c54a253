import Glibc
import PulseReactor
import PulseTestSupport

/// A socket that listens, with room for one client, and accepts nobody by itself.
final class SilentListener {
    let address: SocketAddress
    private let reactor: Reactor
    private var fd: Int32 = -1
    #if DEBUG
    private var peer: SimulatedPeer?
    #endif

    init(_ reactor: Reactor) throws {
        self.reactor = reactor
        #if DEBUG
        if let kernel = reactor.simulatedKernel {
            let (peer, address) = kernel.listenAsPeer(backlogMax: 1)
            self.peer = peer
            self.address = address
            return
        }
        #endif
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fd = socket(AF_INET, type, 0)
        self.fd = fd
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &own) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let bound = unsafe bind(fd, address, length)
                if bound < 0 || listen(fd, 0) < 0 { return Int32(-1) }
                return unsafe getsockname(fd, address, &length)
            }
        }
        guard code == 0 else { throw ClientError.last("listen") }
        address = SocketAddress(host: .v4([127, 0, 0, 1]), port: UInt16(bigEndian: own.sin_port))
    }

    deinit {
        #if DEBUG
        if let peer { return reactor.simulatedKernel?.close(peer) ?? () }
        #endif
        _ = close(fd)
    }

    /// Takes one client and resets it.
    func resetNext() {
        #if DEBUG
        if let peer, let kernel = reactor.simulatedKernel {
            if let client = kernel.acceptPeer(peer) { kernel.close(client, reset: true) }
            return
        }
        #endif
        let client = accept(fd, nil, nil)
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            client,
            SOL_SOCKET,
            SO_LINGER,
            &option,
            socklen_t(MemoryLayout<linger>.size)
        )
        _ = close(client)
    }
}

/// A client that does not wait for its connection.
final class PendingClient {
    private var fd: Int32 = -1

    init(_ address: SocketAddress, _ reactor: Reactor) throws {
        #if DEBUG
        if let kernel = reactor.simulatedKernel {
            // It is in the backlog or finds no room there, and then it is nowhere.
            _ = try? kernel.connectPeer(to: address)
            return
        }
        #endif
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        let fd = socket(AF_INET, type, 0)
        self.fd = fd
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        target.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let code = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 || errno == EINPROGRESS else { throw ClientError.last("connect") }
    }

    deinit { if fd >= 0 { _ = close(fd) } }
}
