import Glibc

/// A file that holds one secret and nothing else: a token, for example.
package struct SecretFile {
    /// Printable and without blanks.
    package let text: String
    /// Whether every user of this machine can read it.
    package let isExposed: Bool

    /// Longer files hold something else.
    private static let bytesMax = 4096

    /// Reads a file; blanks and line ends around the secret do not belong to it.
    package init(path: String) throws(SecretFileError) {
        let (content, mode) = try Self.read(path)
        let words = content.split { $0 <= 0x20 }
        guard let word = words.first else { throw .empty(path) }
        guard words.count == 1, word.allSatisfy({ $0 < 0x7F }), content.count < Self.bytesMax else {
            throw .moreThanOne(path)
        }
        text = String(decoding: word, as: UTF8.self)
        isExposed = mode & 0o004 != 0
    }

    private static func read(_ path: String) throws(SecretFileError) -> ([UInt8], mode_t) {
        // The path's bytes live for the call. A FIFO in the place of a file must not block us.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        var content = [UInt8](repeating: 0, count: bytesMax)
        let count = unsafe Glibc.read(descriptor, &content, bytesMax)
        guard count >= 0, unsafe fstat(descriptor, &status) == 0 else {
            throw unreadable(path, errno)
        }
        return (Array(content[..<count]), status.st_mode)
    }

    private static func unreadable(_ path: String, _ code: Int32) -> SecretFileError {
        // The C library's text is copied at once.
        .unreadable(path, unsafe String(cString: strerror(code)))
    }
}

/// Why a file gives no secret, in a sentence that does not show what it holds.
package enum SecretFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(String, String)
    case empty(String)
    case moreThanOne(String)

    package var description: String {
        switch self {
        case .unreadable(let path, let why): "\(path) cannot be read: \(why)"
        case .empty(let path): "\(path) is empty: it should hold the secret"
        case .moreThanOne(let path): "\(path) holds more than a secret: one word is expected"
        }
    }
}
