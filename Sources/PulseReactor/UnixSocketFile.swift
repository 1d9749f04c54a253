import CIOUring
import Glibc

/// The file of a listening unix socket: made for its owner and group, and removed by who made it.
///
/// A server that was killed leaves its file behind, and nothing can be bound there any more; so a
/// file is replaced when nobody listens behind it. Two servers that start at once are kept apart by
/// a lock on the folder, or the second would remove what the first has just made.
struct UnixSocketFile {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Read and write, which is what connecting needs, for the owner and the group.
    private static let mode: mode_t = 0o660
    /// How often the folder's lock is tried, and the time between: one second in all, for what
    /// takes a millisecond.
    private static let lockAttemptsMax = 100
    private static let lockPauseMicroseconds: useconds_t = 10_000

    /// Binds a socket to a path; EADDRINUSE when a server listens there, EEXIST when the file there
    /// is no socket.
    static func bind(_ fd: Int32, to path: String) throws(SystemError) -> UnixSocketFile {
        let folder = try lockedFolder(of: path)
        defer { _ = close(folder) }
        let address = SocketAddress(host: .unix(path), port: 0)
        var code = unsafe address.withKernelForm { unsafe Glibc.bind(fd, $0, $1) }
        if code != 0, errno == EADDRINUSE {
            try removeStale(path)
            code = unsafe address.withKernelForm { unsafe Glibc.bind(fd, $0, $1) }
        }
        _ = try check("bind", code)
        // Nobody can connect before `listen`, so the file is never open to more than these.
        var information = stat()
        guard unsafe chmod(path, mode) == 0, unsafe lstat(path, &information) == 0 else {
            let error = SystemError.last("chmod")
            _ = unsafe unlink(path)
            throw error
        }
        return UnixSocketFile(
            path: path,
            device: information.st_dev,
            inode: information.st_ino
        )
    }

    /// Removes the file, unless another server has put its own there.
    func remove() {
        var information = stat()
        guard unsafe lstat(path, &information) == 0, information.st_dev == device,
            information.st_ino == inode
        else { return }
        _ = unsafe unlink(path)
    }

    private static func lockedFolder(of path: String) throws(SystemError) -> Int32 {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let name = end == path.startIndex ? "/" : String(path[..<end])
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let folder = try check("open", unsafe open(name, flags))
        for _ in 0..<lockAttemptsMax {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 { return folder }
            _ = usleep(lockPauseMicroseconds)
        }
        _ = close(folder)
        throw SystemError(call: "flock", code: EADDRINUSE)
    }

    /// Removes the file of a server that is gone; throws when it is anything else.
    private static func removeStale(_ path: String) throws(SystemError) {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else {
            // It went by itself.
            if errno == ENOENT { return }
            throw .last("lstat")
        }
        guard information.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError(call: "bind", code: EEXIST)
        }
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        let probe = try check("socket", socket(AF_UNIX, type, 0))
        defer { _ = close(probe) }
        let address = SocketAddress(host: .unix(path), port: 0)
        let code = unsafe address.withKernelForm { unsafe connect(probe, $0, $1) }
        // Only this says that nobody listens: a full queue or a refusal of ours does not.
        guard code != 0, errno == ECONNREFUSED else {
            throw SystemError(call: "bind", code: EADDRINUSE)
        }
        _ = try check("unlink", unsafe unlink(path))
    }
}
