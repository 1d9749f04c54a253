import Glibc

/// One file under /proc that is read again and again.
///
/// The descriptor stays open: `pread` at offset 0 makes the kernel print the file anew, without a
/// path lookup each time. When a read fails (lxcfs was restarted, the file system is gone) the next
/// read opens the path again.
struct SourceFile: ~Copyable, Sendable {
    /// No /proc file that we read is near this; it bounds what a broken one can make us hold.
    static let bytesMax = 4 << 20

    let path: String
    private var descriptor: Int32 = -1
    private var chunk: [UInt8]
    private var content: [UInt8] = []

    /// Remembers the path; the file is opened by the first read and may be missing.
    init(_ path: String) {
        self.path = path
        // A seq_file gives at most its own buffer per call, so a larger chunk saves nothing.
        chunk = [UInt8](repeating: 0, count: 16 << 10)
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// The content as it is now, or `nil` when the file is missing or unreadable.
    mutating func read() -> SourceText? {
        let wasOpen = descriptor >= 0
        if readAll() { return content[...] }
        guard wasOpen, readAll() else { return nil }
        return content[...]
    }

    private mutating func readAll() -> Bool {
        if descriptor < 0 {
            // The path's bytes live for the call.
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
        }
        content.removeAll(keepingCapacity: true)
        while content.count < Self.bytesMax {
            // `chunk` is ours and as long as we say.
            let count = unsafe pread(descriptor, &chunk, chunk.count, off_t(content.count))
            if count == 0 { return true }
            if count > 0 {
                content.append(contentsOf: chunk[..<count])
            } else if errno != EINTR {
                _ = close(descriptor)
                descriptor = -1
                return false
            }
        }
        return true
    }
}
