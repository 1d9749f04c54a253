import Glibc
package import PulseReactor

/// The file `recent` of a data folder: the recent history, whole or not at all.
///
/// A head with the version, then parts, each behind its length and before a digest of everything up
/// to there; the last part is marked as such, and the file ends with it. So what was torn, cut, put
/// together from two files or changed in any bit is told from what was written.
package struct RecentHistoryFile: Sendable {
    private let folder: DataFolder
    private let name = "recent"
    private let draftName = "recent.new"

    /// The largest file that is read.
    ///
    /// 50,000 guests of 2.8 KB, 20,000 hosts of 3.9 KB, 20,000 storages of 0.4 KB, 5,000 nodes of
    /// 2.4 KB and 1,000 remotes are 240 MB.
    package static let bytesMax: Int64 = 256 << 20
    /// Files of which something was wrong and which are kept.
    static let asideMax = 9

    package init(in folder: DataFolder) { self.folder = folder }

    /// Where it lies, for people.
    package var path: String { "\(folder.path)/\(name)" }

    // MARK: Reading

    /// The parts that were written last, or `nil` when there is no file.
    package func read() throws(RecentHistoryFileError) -> [[UInt8]]? {
        let file: Int32
        let byteCount: Int
        do throws(SystemError) {
            guard let opened = try open() else { return nil }
            (file, byteCount) = opened
        } catch {
            throw .unreadable(error)
        }
        defer { _ = close(file) }
        return try RecentHistoryForm.parts(byteCount: byteCount) {
            count throws(RecentHistoryFileError) in
            try Self.bytes(count, of: file)
        }
    }

    /// The file, open for reading, and its size; `nil` when there is none.
    private func open() throws(SystemError) -> (file: Int32, byteCount: Int)? {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        // The name's bytes live for the call.
        let file = unsafe openat(folder.descriptor, name, flags)
        if file < 0, errno == ENOENT { return nil }
        _ = try called("open", file)
        do throws(SystemError) {
            var status = stat()
            // The structure is ours and lives for the call.
            _ = try called("fstat", unsafe fstat(file, &status))
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw SystemError(call: "open", code: EINVAL)
            }
            guard status.st_size <= Self.bytesMax else {
                throw SystemError(call: "read", code: EFBIG)
            }
            return (file, Int(status.st_size))
        } catch {
            _ = close(file)
            throw error
        }
    }

    /// The next bytes of an open file, as many as asked for: it was as long as that.
    private static func bytes(
        _ count: Int,
        of file: Int32
    ) throws(RecentHistoryFileError) -> [UInt8] {
        var code: Int32 = 0
        // The memory is the array's, and as many bytes as were read are initialised.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: memory[filled...])
                let step = unsafe Glibc.read(file, rest.baseAddress, rest.count)
                if step < 0, errno == EINTR { continue }
                if step < 0 { code = errno }
                if step <= 0 { break }
                filled += step
            }
        }
        if code != 0 { throw .unreadable(SystemError(call: "read", code: code)) }
        guard bytes.count == count else { throw .torn }
        return bytes
    }

    /// Gives the file another name, so that it is neither read again nor overwritten; returns where
    /// it is.
    ///
    /// Nine are kept; the next takes the place of the ninth.
    package func putAside() throws(SystemError) -> String {
        var status = stat()
        var aside = ""
        for number in 1...Self.asideMax {
            aside = "\(name).aside-\(number)"
            let flags = AT_SYMLINK_NOFOLLOW
            if unsafe fstatat(folder.descriptor, aside, &status, flags) != 0 { break }
        }
        let code = unsafe renameat(folder.descriptor, name, folder.descriptor, aside)
        _ = try called("rename", code)
        return "\(folder.path)/\(aside)"
    }

    // MARK: Writing

    /// Begins a new file beside the old one, which stays until the new one is whole.
    package func begin() throws(SystemError) -> RecentHistoryDraft {
        // What a process left that was killed in its midst.
        if unsafe unlinkat(folder.descriptor, draftName, 0) != 0, errno != ENOENT {
            throw SystemError(call: "unlink", code: errno)
        }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = unsafe openat(folder.descriptor, draftName, flags, DataFolder.fileMode)
        let draft = RecentHistoryDraft(try called("open", file))
        do throws(SystemError) {
            try draft.begin()
        } catch {
            abandon()
            throw error
        }
        return draft
    }

    /// Puts the new file in the place of the old one, once all of it has reached the disk; returns
    /// its size.
    package func commit(
        _ draft: RecentHistoryDraft,
        last part: [UInt8]
    ) throws(SystemError) -> Int64 {
        do throws(SystemError) {
            let byteCount = try draft.end(part)
            let code = unsafe renameat(folder.descriptor, draftName, folder.descriptor, name)
            _ = try called("rename", code)
            _ = try called("fsync", fsync(folder.descriptor))
            return byteCount
        } catch {
            abandon()
            throw error
        }
    }

    /// Removes a file that did not become whole, so that it takes no room.
    package func abandon() { _ = unsafe unlinkat(folder.descriptor, draftName, 0) }
}

/// Why the file's content cannot be had.
package enum RecentHistoryFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(SystemError)
    /// It is not such a file.
    case foreign
    /// A later version of pulse has written it.
    case newer(version: UInt32)
    /// It ends too early.
    case torn
    /// It is not as it was written.
    case damaged

    package var description: String {
        switch self {
        case .unreadable(let error): "it cannot be read: \(error.reason)"
        case .foreign: "it is not a file of pulse's"
        case .newer(let version): "a newer pulse wrote it (version \(version))"
        case .torn: "it ends too early"
        case .damaged: "it is damaged"
        }
    }
}
