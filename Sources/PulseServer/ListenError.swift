import Glibc
package import PulseReactor

/// An address that could not be listened on, in a sentence that says what to do.
package struct ListenError: Error, CustomStringConvertible {
    package let address: SocketAddress
    package let cause: SystemError

    package var description: String {
        let what = "cannot listen on \(address)"
        switch cause.code {
        case _ where address.isUnix: return "\(what): \(unixReason)"
        case EADDRINUSE:
            return "\(what): the port is in use. Stop the program that has it, or choose another "
                + "port, such as --listen 127.0.0.1:\(otherPort)"
        case EACCES:
            return "\(what): ports below 1024 are reserved. Choose a higher one, such as "
                + "--listen 127.0.0.1:7655"
        case EADDRNOTAVAIL:
            return "\(what): this machine does not have that address. Use one that it has, or "
                + "0.0.0.0 for all of them"
        default: return "\(what): \(cause.reason)"
        }
    }

    private var unixReason: String {
        switch cause.code {
        case EADDRINUSE:
            "another program listens there. Stop it, or choose another path"
        case EEXIST: "there is a file that is no socket. Remove it, or choose another path"
        case ENOENT: "its folder does not exist"
        case EACCES, EROFS: "this user may not make a file there (\(cause.reason))"
        default: cause.reason
        }
    }

    private var otherPort: UInt16 { address.port < UInt16.max ? address.port + 1 : 7655 }
}

extension SystemError {
    /// Whether the machine has no IPv6 at all.
    var isWithoutIPv6: Bool { code == EAFNOSUPPORT || code == EADDRNOTAVAIL }
}
