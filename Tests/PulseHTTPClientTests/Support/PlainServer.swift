import Glibc
import PulseReactor
import Synchronization

/// A small server of blocking sockets, one thread for each connection.
final class PlainServer: Sendable {
    let address: SocketAddress
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var connectionCount = 0
        var requests: [String] = []
        var endCount = 0
        var waiting: (count: Int, CheckedContinuation<Void, Never>)?
    }

    /// Calls `serve` on a thread of its own for each connection, which is closed when it returns.
    init(_ serve: @escaping @Sendable (ServerConnection) throws -> Void) throws {
        let listener = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, size) | listen(listener, 64)
                    | getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw SystemError(call: "bind", code: errno) }
        self.listener = listener
        address = SocketAddress(
            host: .v4([127, 0, 0, 1]),
            port: UInt16(bigEndian: target.sin_port)
        )
        try KernelThread.start(name: "test-server") { [self] in
            defer { _ = close(listener) }
            while true {
                let fd = accept(listener, nil, nil)
                if fd < 0 { break }
                let number = state.withLock { state in
                    state.connectionCount += 1
                    return state.connectionCount
                }
                let connection = ServerConnection(fd, number: number, of: self)
                try? KernelThread.start(name: "test-connection") {
                    try? serve(connection)
                    connection.end()
                }
            }
        }
    }

    /// Takes no connections any more: the next ones are refused.
    ///
    /// Its thread closes the socket. Closed here, the number could be another's when the thread
    /// accepts.
    func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

    var url: String { "http://\(address)/report" }
    var connectionCount: Int { state.withLock { $0.connectionCount } }
    var requests: [String] { state.withLock { $0.requests } }

    func note(_ request: String) { state.withLock { $0.requests.append(request) } }

    func noteEnd() {
        let waiting = state.withLock { state in
            state.endCount += 1
            guard let waiting = state.waiting, state.endCount >= waiting.count else {
                return nil as CheckedContinuation<Void, Never>?
            }
            state.waiting = nil
            return waiting.1
        }
        waiting?.resume()
    }

    /// Returns when so many connections have been served to their end.
    func whenEnded(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if state.endCount < count { state.waiting = (count, continuation) }
                return state.endCount >= count
            }
            if isEnded { continuation.resume() }
        }
    }
}

/// The server's end of a connection; each call gives up after a minute.
final class ServerConnection: Sendable {
    private let fd: Int32
    /// From 1, in the order of arrival.
    let number: Int
    private let server: PlainServer

    init(_ fd: Int32, number: Int, of server: PlainServer) {
        self.fd = fd
        self.number = number
        self.server = server
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    }

    func end() {
        _ = close(fd)
        server.noteEnd()
    }

    /// Reads one request to the end of its body; `nil` when the client has ended the connection.
    func request() throws -> String? {
        var text = ""
        while true {
            if let end = text.firstRange(of: "\r\n\r\n")?.upperBound {
                let missing = contentLength(text[..<end]) - text[end...].utf8.count
                if missing <= 0 {
                    server.note(text)
                    return text
                }
            }
            let piece = try receive()
            if piece.isEmpty { return nil }
            text += piece
        }
    }

    private func contentLength(_ head: Substring) -> Int {
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        return line.flatMap { Int($0.dropFirst(16)) } ?? 0
    }

    private func receive() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe recv(fd, &bytes, bytes.count, 0)
        guard count >= 0 else { throw SystemError(call: "recv", code: errno) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Returns when the client has ended the connection.
    func waitForEnd() throws { while try !receive().isEmpty {} }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemError(call: "send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Answers every request with this.
    func answerAll(_ answer: String) throws {
        while try request() != nil { try send(answer) }
    }
}

/// A whole answer with a body.
func wholeAnswer(_ body: String, status: String = "200 OK", fields: String = "") -> String {
    "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
