import Glibc
package import PulseReactor
import Synchronization

/// A file in the making: parts are appended to it, one after the other, on any thread.
package final class RecentHistoryDraft: Sendable {
    private let file: Int32
    private let digest = Mutex<[UInt8]>([])

    init(_ file: Int32) { self.file = file }

    deinit { _ = close(file) }

    func begin() throws(SystemError) {
        let head = RecentHistoryForm.head
        try write(head)
        digest.withOrderedLock(of: self) { $0 = RecentHistoryForm.digestOfHead() }
    }

    /// Appends a part.
    package func append(_ part: [UInt8]) throws(SystemError) { try append(part, isLast: false) }

    /// Appends the last part and waits until everything is on the disk; returns the file's size.
    func end(_ part: [UInt8]) throws(SystemError) -> Int64 {
        try append(part, isLast: true)
        _ = try called("fsync", fsync(file))
        return Int64(lseek(file, 0, SEEK_CUR))
    }

    private func append(_ part: [UInt8], isLast: Bool) throws(SystemError) {
        let head = RecentHistoryForm.partHead(isLast: isLast, byteCount: part.count)
        let digest = digest.withOrderedLock(of: self) { digest in
            digest = RecentHistoryForm.digest(digest, head, part)
            return digest
        }
        try write(head)
        try write(part)
        try write(digest)
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        var count = 0
        while count < bytes.count {
            // The slice stays where it is for the call.
            let step = unsafe bytes.dropFirst(count).withUnsafeBytes { rest in
                unsafe Glibc.write(file, rest.baseAddress, rest.count)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw SystemError(call: "write", code: step < 0 ? errno : EIO) }
            count += step
        }
    }
}
