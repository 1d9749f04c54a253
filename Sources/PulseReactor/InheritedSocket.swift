import Glibc

/// A listening socket that a service manager has opened for this process (sd_listen_fds(3)).
package struct InheritedSocket: Sendable {
    let descriptor: Int32
    package let address: SocketAddress

    /// The number of the first one.
    private static let first: Int32 = 3

    /// As many as a unit may sensibly name; more is a mistake, and not ours to guess at.
    private static let countMax: Int32 = 64

    /// Takes all of them, and hides them from programs that this one starts.
    ///
    /// Empty when there are none, or when they were meant for another process. Called once, before
    /// there is a second thread.
    package static func takeAll() throws(SystemError) -> [InheritedSocket] {
        defer {
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        }
        guard let process = variable("LISTEN_PID"), process == getpid(),
            let count = variable("LISTEN_FDS"), (1...countMax).contains(count)
        else { return [] }
        var sockets: [InheritedSocket] = []
        for descriptor in first..<first + count {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            guard let address = unsafe SocketAddress.read(getsockname, of: descriptor) else {
                throw .last("LISTEN_FDS: descriptor \(descriptor)")
            }
            sockets.append(InheritedSocket(descriptor: descriptor, address: address))
        }
        return sockets
    }

    private static func variable(_ name: String) -> Int32? {
        // The string is the environment's, and is read at once.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe Int32(String(cString: text))
    }
}
