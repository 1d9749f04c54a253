import CIOUring
import Glibc

/// Whether other reactors of this process listen on the same address.
package enum PortSharing: Sendable {
    /// One listener has the port.
    case alone
    /// The first of several: it has the port for itself until it listens, so that a port which any
    /// other program has, even one that would share it, is in use here.
    case first
    /// Another one, beside the first.
    case further
}

/// A listening socket and the service that answers on it.
struct Listener {
    let fd: Int32
    /// The address with the port that the kernel gave.
    let address: SocketAddress
    let service: UInt8
    /// What its connections speak TLS with, or `nil` for plain bytes.
    let tls: TLSContext?
    /// What its connections count against, beside the reactor's own limit.
    let budget: ConnectionBudget?
    /// The file that it has made, where it is a unix socket.
    private let file: UnixSocketFile?
    private let isInherited: Bool
    /// Whether an accept is in flight.
    var isAccepting = false
    /// Whether it only waits for its accept to end.
    var isEnding = false

    /// Bytes that the kernel may hold for one slow reader.
    ///
    /// It doubles the figure for its own overhead: 512 KiB, and with the peer's own receive buffer
    /// a stalled dashboard stays under 1 MiB. A connection takes it over from its listener.
    private static let sendBufferBytes: Int32 = 256 * 1024

    /// Binds and listens.
    init(
        _ address: SocketAddress,
        service: UInt8,
        tls: TLSContext?,
        sharing: PortSharing,
        budget: ConnectionBudget?
    ) throws(SystemError) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fd = try check("socket", socket(address.family, type, 0))
        var file: UnixSocketFile?
        do throws(SystemError) {
            // A restart must not wait for the old connections' TIME_WAIT.
            Listener.set(fd, SOL_SOCKET, SO_REUSEADDR, 1)
            if address.isIPv6 {
                // [::] takes IPv4 too; any other address is what it says.
                let dual = address.host == .v6([UInt8](repeating: 0, count: 16))
                Listener.set(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dual ? 0 : 1)
            }
            if sharing == .further { Listener.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            if case .unix(let path) = address.host {
                file = try UnixSocketFile.bind(fd, to: path)
            } else {
                let code = unsafe address.withKernelForm { unsafe bind(fd, $0, $1) }
                _ = try check("bind", code)
            }
            // The kernel looks at it when another one binds and when we listen, not only here
            // (inet_csk_bind_conflict, inet_reuseport_add_sock).
            if sharing == .first { Listener.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            try Listener.prepare(fd)
            _ = try check("listen", listen(fd, Limits.listenBacklog))
        } catch {
            file?.remove()
            _ = close(fd)
            throw error
        }
        self.fd = fd
        self.file = file
        isInherited = false
        self.address = unsafe SocketAddress.read(getsockname, of: fd) ?? address
        self.service = service
        self.tls = tls
        self.budget = budget
    }

    /// Takes over a socket that somebody else made to listen, and whose file, if it has one, stays.
    init(
        _ socket: InheritedSocket,
        service: UInt8,
        tls: TLSContext?,
        budget: ConnectionBudget?
    ) throws(SystemError) {
        let fd = socket.descriptor
        guard Listener.get(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1,
            Listener.get(fd, SOL_SOCKET, SO_TYPE) == Int32(SOCK_STREAM.rawValue)
        else { throw SystemError(call: "accept", code: EINVAL) }
        try Listener.prepare(fd)
        self.fd = fd
        address = socket.address
        self.service = service
        self.tls = tls
        self.budget = budget
        file = nil
        isInherited = true
    }

    private static func prepare(_ fd: Int32) throws(SystemError) {
        Listener.set(fd, SOL_SOCKET, SO_SNDBUF, Listener.sendBufferBytes)
        // Non-blocking, so that epoll's accept loop ends.
        _ = try check("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK))
    }

    /// Lets the next server have the address; no client comes any more.
    ///
    /// An inherited socket is the manager's too, who goes on listening: who connects from now on
    /// waits for the next server.
    func stop() {
        if isInherited { return }
        file?.remove()
        _ = shutdown(fd, Int32(SHUT_RDWR))
    }

    private static func get(_ fd: Int32, _ level: Int32, _ option: Int32) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(fd, level, option, &value, &length) == 0 ? value : -1
    }

    static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
