import Glibc
import PulseServer

/// A file that holds one secret and nothing else.
struct SecretFile {
    let text: String
    /// Whether every user of this machine can read it.
    let isExposed: Bool

    /// Longer files hold something else.
    private static let bytesMax = 4096

    /// Reads a file; blanks and line ends around the secret do not belong to it.
    init(option: String, path: String) throws(ConfigurationError) {
        let (content, mode) = try Self.read(option, path)
        let words = content.split { $0 <= 0x20 }
        guard let word = words.first else {
            throw ConfigurationError("\(option): \(path) is empty: it should hold the secret")
        }
        guard words.count == 1, word.allSatisfy({ $0 < 0x7F }), content.count < Self.bytesMax else {
            throw ConfigurationError(
                "\(option): \(path) holds more than a secret: one word is expected"
            )
        }
        text = String(decoding: word, as: UTF8.self)
        isExposed = mode & 0o004 != 0
    }

    private static func read(
        _ option: String,
        _ path: String
    ) throws(ConfigurationError) -> ([UInt8], mode_t) {
        // The path's bytes live for the call. A FIFO in the place of a file must not block us.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(option, path, errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        var content = [UInt8](repeating: 0, count: bytesMax)
        let count = unsafe Glibc.read(descriptor, &content, bytesMax)
        guard count >= 0, unsafe fstat(descriptor, &status) == 0 else {
            throw unreadable(option, path, errno)
        }
        return (Array(content[..<count]), status.st_mode)
    }

    private static func unreadable(
        _ option: String,
        _ path: String,
        _ code: Int32
    ) -> ConfigurationError {
        // The C library's text is copied at once.
        let why = unsafe String(cString: strerror(code))
        return ConfigurationError("\(option): \(path) cannot be read: \(why)")
    }
}
