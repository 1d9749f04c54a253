import Glibc
package import PulseReactor

/// The folder in which a server keeps what survives a restart, held by a lock.
///
/// The lock is the kernel's and goes with the process, however that ends. On a file system that
/// cannot be written to there may be none, and nothing is changed there.
package final class DataFolder: Sendable {
    /// As it was named.
    package let path: String
    /// Whether others than its owner may look into it.
    package let isExposed: Bool
    /// The folder itself, so that its files are found even when it is moved.
    let descriptor: Int32
    private let lock: Int32?

    /// For the owner alone.
    private static let folderMode: mode_t = 0o700
    static let fileMode: mode_t = 0o600
    private static let lockName = "lock"
    /// More than the digits of any process number.
    private static let lockBytesMax = 32

    /// Makes the folder if it is missing, and takes it.
    package init(_ path: String) throws(DataFolderError) {
        self.path = path
        do throws(SystemError) {
            try Self.make(path)
            descriptor = try called(
                "open",
                unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            )
        } catch {
            throw .unusable(path, error)
        }
        var status = stat()
        // The structure is ours and lives for the call.
        isExposed = unsafe fstat(descriptor, &status) == 0 && status.st_mode & 0o077 != 0
        do throws(DataFolderError) {
            lock = try Self.lock(descriptor, path)
        } catch {
            _ = close(descriptor)
            throw error
        }
    }

    deinit {
        if let lock { _ = close(lock) }
        _ = close(descriptor)
    }

    /// Makes a folder and those above it, if they are missing.
    private static func make(_ path: String) throws(SystemError) {
        // The paths' bytes live for the calls.
        if unsafe mkdir(path, folderMode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let end = path.dropFirst().lastIndex(of: "/") else {
            throw SystemError(call: "mkdir", code: errno)
        }
        try make(String(path[..<end]))
        if unsafe mkdir(path, folderMode) != 0, errno != EEXIST {
            throw SystemError(call: "mkdir", code: errno)
        }
    }

    /// Locks the folder's lock file; returns nothing where there is none and none can be made.
    private static func lock(_ folder: Int32, _ path: String) throws(DataFolderError) -> Int32? {
        let flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        var file = unsafe openat(folder, lockName, O_RDWR | O_CREAT | flags, fileMode)
        if file < 0 { file = unsafe openat(folder, lockName, O_RDONLY | flags) }
        guard file >= 0 else {
            // ELOOP and the like are somebody's doing; the rest is a folder that is only read.
            if errno == ELOOP { throw .unusable(path, SystemError(call: "open", code: errno)) }
            return nil
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { _ = close(file) }
            guard code == EWOULDBLOCK else {
                throw .unusable(path, SystemError(call: "flock", code: code))
            }
            throw .inUse(path, by: holder(file))
        }
        let text = Array("\(getpid())\n".utf8)
        // On a full disk there is no number to read, and the lock holds all the same.
        if ftruncate(file, 0) == 0 { _ = unsafe pwrite(file, text, text.count, 0) }
        return file
    }

    /// The process that has written its number into the lock file.
    private static func holder(_ file: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: lockBytesMax)
        let count = unsafe pread(file, &bytes, lockBytesMax, 0)
        return Int(
            String(decoding: bytes.prefix(max(count, 0)).prefix { $0 > 0x20 }, as: UTF8.self)
        )
    }
}

/// Why a folder cannot be the data folder, in a sentence that says what to do.
package enum DataFolderError: Error, Equatable, CustomStringConvertible {
    case inUse(String, by: Int?)
    case unusable(String, SystemError)

    package var description: String {
        switch self {
        case .inUse(let path, let pid):
            "the data folder \(path) is in use by \(pid.map { "pid \($0)" } ?? "another process"): "
                + "end that server first, or give this one a folder of its own with --data"
        case .unusable(let path, let error):
            "the data folder \(path) cannot be used: \(error.reason)"
        }
    }
}

/// Passes a result on, or throws what errno says when it is negative.
func called(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
    guard result >= 0 else { throw SystemError(call: call, code: errno) }
    return result
}
