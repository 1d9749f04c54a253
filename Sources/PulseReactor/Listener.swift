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
    /// Whether an accept is in flight.
    var isAccepting = false
    /// Whether it only waits for its accept to end.
    var isEnding = false

    /// Bytes that the kernel may hold for one slow reader.
    ///
    /// It doubles the figure for its own overhead: 512 KiB, and with the peer's own receive buffer
    /// a stalled dashboard stays under 1 MiB.
    private static let sendBufferBytes: Int32 = 256 * 1024

    /// Binds and listens; returns the address with the port that the kernel gave.
    static func open(
        _ address: SocketAddress,
        sharing: PortSharing
    ) throws(SystemError) -> (fd: Int32, address: SocketAddress) {
        let family = address.isIPv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fd = try check("socket", socket(family, type, 0))
        do throws(SystemError) {
            // A restart must not wait for the old connections' TIME_WAIT.
            Listener.set(fd, SOL_SOCKET, SO_REUSEADDR, 1)
            Listener.set(fd, SOL_SOCKET, SO_SNDBUF, Listener.sendBufferBytes)
            if address.isIPv6 {
                // [::] takes IPv4 too; any other address is what it says.
                let dual = address.host == .v6([UInt8](repeating: 0, count: 16))
                Listener.set(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dual ? 0 : 1)
            }
            if sharing == .further { Listener.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            let code = unsafe address.withKernelForm { unsafe bind(fd, $0, $1) }
            _ = try check("bind", code)
            // The kernel looks at it when another one binds and when we listen, not only here
            // (inet_csk_bind_conflict, inet_reuseport_add_sock).
            if sharing == .first { Listener.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            _ = try check("listen", listen(fd, Limits.listenBacklog))
            // Non-blocking, so that epoll's accept loop ends.
            _ = try check("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK))
        } catch {
            _ = close(fd)
            throw error
        }
        return (fd, unsafe SocketAddress.read(getsockname, of: fd) ?? address)
    }

    static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
