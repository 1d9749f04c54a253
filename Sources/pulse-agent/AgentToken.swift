import Glibc

/// The secret that the agent shows to the server.
struct AgentToken {
    let text: String
    /// The file it came from, where every user of the host may read that.
    private(set) var exposedFile: String?

    /// Longer files hold something else.
    private static let bytesMax = 4096

    /// Reads the file, or else the environment's PULSE_TOKEN.
    init(file: String?) throws(UsageError) {
        if let file {
            let (content, mode) = try Self.read(file)
            try self.init(content, from: "--token-file \(file)")
            if mode & 0o004 != 0 { exposedFile = file }
        } else if let value = unsafe getenv("PULSE_TOKEN") {
            // The environment's text is copied at once.
            try self.init(unsafe String(cString: value), from: "PULSE_TOKEN")
        } else {
            throw UsageError("no token: name its file with --token-file, or set PULSE_TOKEN")
        }
    }

    /// Blanks and line ends around the token do not belong to it.
    private init(_ content: String, from source: String) throws(UsageError) {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        let start = content.drop { blanks.contains($0) }
        let end = start.lastIndex { !blanks.contains($0) }
        guard let end else { throw UsageError("\(source) is empty: it should hold the token") }
        let token = start[...end]
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UsageError("\(source) holds more than a token: one word is expected")
        }
        text = String(token)
    }

    private static func read(_ path: String) throws(UsageError) -> (String, mode_t) {
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
        return (String(decoding: content[..<count], as: UTF8.self), status.st_mode)
    }

    private static func unreadable(_ path: String, _ code: Int32) -> UsageError {
        // The C library's text is copied at once.
        UsageError("--token-file \(path) cannot be read: \(unsafe String(cString: strerror(code)))")
    }
}
