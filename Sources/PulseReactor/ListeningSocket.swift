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

/// A socket that listens, and what becomes of its address at its end.
struct ListeningSocket {
    let fd: Int32
    /// The address with the port that the kernel gave.
    let address: SocketAddress
    /// The file that it has made, where it is a unix socket.
    var file: UnixSocketFile?
    /// Whether somebody else goes on listening on it.
    var isInherited = false

    /// Bytes that the kernel may hold for one slow reader.
    ///
    /// It doubles the figure for its own overhead: 512 KiB, and with the peer's own receive buffer
    /// a stalled dashboard stays under 1 MiB. A connection takes it over from its listener.
    private static let sendBufferBytes: Int32 = 256 * 1024

    /// Binds and listens.
    static func open(
        _ address: SocketAddress,
        sharing: PortSharing
    ) throws(SystemError) -> ListeningSocket {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fd = try check("socket", socket(address.family, type, 0))
        var file: UnixSocketFile?
        do throws(SystemError) {
            // A restart must not wait for the old connections' TIME_WAIT.
            SocketOption.set(fd, SOL_SOCKET, SO_REUSEADDR, 1)
            if address.isIPv6 {
                // [::] takes IPv4 too; any other address is what it says.
                let dual = address.host == .v6([UInt8](repeating: 0, count: 16))
                SocketOption.set(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dual ? 0 : 1)
            }
            if sharing == .further { SocketOption.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            if case .unix(let path) = address.host {
                file = try UnixSocketFile.bind(fd, to: path)
            } else {
                let code = unsafe address.withKernelForm { unsafe bind(fd, $0, $1) }
                _ = try check("bind", code)
            }
            // The kernel looks at it when another one binds and when we listen, not only here
            // (inet_csk_bind_conflict, inet_reuseport_add_sock).
            if sharing == .first { SocketOption.set(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
            try prepare(fd)
            _ = try check("listen", listen(fd, Limits.listenBacklog))
        } catch {
            file?.remove()
            _ = close(fd)
            throw error
        }
        let bound = unsafe SocketAddress.read(getsockname, of: fd) ?? address
        return ListeningSocket(fd: fd, address: bound, file: file)
    }

    /// Takes over a socket that somebody else made to listen, and whose file, if it has one, stays.
    static func inherited(_ socket: InheritedSocket) throws(SystemError) -> ListeningSocket {
        let fd = socket.descriptor
        guard SocketOption.get(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1,
            SocketOption.get(fd, SOL_SOCKET, SO_TYPE) == Int32(SOCK_STREAM.rawValue)
        else { throw SystemError(call: "accept", code: EINVAL) }
        try prepare(fd)
        return ListeningSocket(fd: fd, address: socket.address, isInherited: true)
    }

    private static func prepare(_ fd: Int32) throws(SystemError) {
        SocketOption.set(fd, SOL_SOCKET, SO_SNDBUF, sendBufferBytes)
        // Non-blocking, so that epoll's accept loop ends.
        _ = try check("fcntl", fcntl(fd, F_SETFL, O_NONBLOCK))
    }
}

/// Options of sockets that are numbers (getsockopt(2)).
enum SocketOption {
    static func set(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The option's value, or -1 where it cannot be had.
    static func get(_ fd: Int32, _ level: Int32, _ option: Int32) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(fd, level, option, &value, &length) == 0 ? value : -1
    }
}
