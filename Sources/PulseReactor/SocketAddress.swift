import CIOUring
import Glibc

/// What to listen on, or a peer: an address with a port, or the file of a unix socket.
@safe package struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    package enum Host: Sendable, Equatable {
        case v4([UInt8])
        case v6([UInt8])
        /// The path of a unix socket, without a port; empty for a client, which has no name.
        case unix(String)
    }

    package let host: Host
    package let port: UInt16

    package init(host: Host, port: UInt16) {
        switch host {
        case .v4(let bytes): precondition(bytes.count == 4, "an IPv4 address has four bytes")
        case .v6(let bytes): precondition(bytes.count == 16, "an IPv6 address has 16 bytes")
        case .unix(let path):
            precondition(path.utf8.count <= SocketAddress.pathBytesMax, "a path is too long")
        }
        self.host = host
        self.port = port
    }

    /// Bytes of a unix socket's path: the kernel's 108 less the zero at the end.
    static let pathBytesMax = 107

    /// Reads "127.0.0.1:7655", "[::1]:7655", "localhost:7655" or "unix:/run/pulse.sock"; `nil` for
    /// anything else.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0),
                path.utf8.count <= SocketAddress.pathBytesMax
            else { return nil }
            self.init(host: .unix(path), port: 0)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]),
            text[text.index(after: colon)...].allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        let name = text[..<colon]
        if name.hasPrefix("["), name.hasSuffix("]") {
            guard let bytes = SocketAddress.numeric(AF_INET6, String(name.dropFirst().dropLast()))
            else { return nil }
            self.init(host: .v6(bytes), port: port)
        } else {
            let v4 = name == "localhost" ? "127.0.0.1" : String(name)
            guard let bytes = SocketAddress.numeric(AF_INET, v4) else { return nil }
            self.init(host: .v4(bytes), port: port)
        }
    }

    private static func numeric(_ family: Int32, _ text: String) -> [UInt8]? {
        // C would take the part in front of a zero byte for the whole.
        if text.utf8.contains(0) { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe inet_pton(family, text, buffer.baseAddress)
        }
        return code == 1 ? bytes : nil
    }

    package var isIPv6: Bool {
        if case .v6 = host { true } else { false }
    }

    /// Whether it is a unix socket.
    package var isUnix: Bool {
        if case .unix = host { true } else { false }
    }

    var family: Int32 {
        switch host {
        case .v4: AF_INET
        case .v6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// The address in four bytes or 16, or `nil` for a unix socket.
    ///
    /// IPv4 that comes over an IPv6 socket has four (RFC 4291, 2.5.5.2).
    package var networkBytes: [UInt8]? {
        switch host {
        case .v4(let bytes): return bytes
        case .v6(let bytes):
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [255, 255]
            return isMapped ? Array(bytes[12...]) : bytes
        case .unix: return nil
        }
    }

    /// Whether bytes to this address never leave the machine (127/8, ::1, and 127/8 mapped).
    ///
    /// Who comes over a unix socket is on this machine too, but is not meant: most often it is a
    /// proxy that speaks for others.
    package var isLoopback: Bool {
        guard let bytes = networkBytes else { return false }
        if bytes.count == 4 { return bytes[0] == 127 }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    package var description: String {
        switch host {
        case .v4: "\(hostText):\(port)"
        case .v6: "[\(hostText)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The address without its port, such as 127.0.0.1 or ::1, or the path.
    package var hostText: String {
        if case .unix(let path) = host { return path }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let (family, bytes) =
            switch host {
            case .v4(let bytes): (AF_INET, bytes)
            case .v6(let bytes): (AF_INET6, bytes)
            case .unix: (AF_UNIX, [])
            }
        unsafe inet_ntop(family, bytes, &text, UInt32(text.count))
        return String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }

    /// Calls `body` with the kernel's form of the address.
    func withKernelForm<R>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var storage = sockaddr_storage()
        let length: Int
        switch host {
        case .v4(let bytes):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin_addr) {
                unsafe $0.copyBytes(from: bytes)
            }
            length = MemoryLayout<sockaddr_in>.size
            unsafe withUnsafeMutableBytes(of: &storage) { target in
                unsafe withUnsafeBytes(of: address) { unsafe target.copyMemory(from: $0) }
            }
        case .v6(let bytes):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) {
                unsafe $0.copyBytes(from: bytes)
            }
            length = MemoryLayout<sockaddr_in6>.size
            unsafe withUnsafeMutableBytes(of: &storage) { target in
                unsafe withUnsafeBytes(of: address) { unsafe target.copyMemory(from: $0) }
            }
        case .unix(let path):
            storage.ss_family = sa_family_t(AF_UNIX)
            // The family, the path and the zero behind it, which the storage has already.
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe UnsafeMutableRawBufferPointer(rebasing: $0[SocketAddress.pathOffset...])
                    .copyBytes(from: path.utf8)
            }
            length = SocketAddress.pathOffset + path.utf8.count + 1
        }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(length))
            }
        }
    }

    /// Where the path begins in sockaddr_un.
    private static let pathOffset = MemoryLayout<sa_family_t>.size

    /// Asks the kernel for one end of a socket: `getsockname` or `getpeername`.
    static func read(
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32,
        of fd: Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe call(fd, $0, &length)
            }
        }
        guard code == 0 else { return nil }
        return unsafe withUnsafeBytes(of: storage) { bytes in
            // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address.
            let port = unsafe UInt16(bytes[2]) << 8 | UInt16(bytes[3])
            switch Int32(storage.ss_family) {
            case AF_INET:
                return unsafe SocketAddress(host: .v4(Array(bytes[4..<8])), port: port)
            case AF_INET6:
                return unsafe SocketAddress(host: .v6(Array(bytes[8..<24])), port: port)
            case AF_UNIX:
                // A client has no name, and an abstract one begins with a zero.
                let path = unsafe bytes[pathOffset..<min(Int(length), bytes.count)]
                    .prefix { $0 != 0 }
                return unsafe SocketAddress(
                    host: .unix(String(decoding: path.prefix(pathBytesMax), as: UTF8.self)),
                    port: 0
                )
            default: return nil
            }
        }
    }
}
