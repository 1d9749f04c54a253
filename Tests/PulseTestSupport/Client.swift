import Glibc
package import PulseReactor

/// A failed call of a test's client.
package struct ClientError: Error, Equatable {
    package let call: String
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package static func last(_ call: String) -> ClientError { ClientError(call: call, code: errno) }
}

/// A plain blocking socket, used on a lane; every call gives up after a minute.
package final class Client: Sendable {
    private let way: Way

    /// What carries the bytes.
    private enum Way {
        case socket(Int32)
        #if DEBUG
        case simulated(SimulatedClient)
        #endif
    }

    /// Connects; `receiveBufferBytes` makes a reader with a narrow window, and `source` is the IPv4
    /// address that it comes from.
    package init(
        _ address: SocketAddress,
        from source: [UInt8]? = nil,
        receiveBufferBytes: Int32? = nil
    ) throws {
        #if DEBUG
        if let kernel = SimulatedKernels.owner(of: address.port) {
            way = .simulated(try SimulatedClient(address, kernel))
            return
        }
        #endif
        let family = if case .unix = address.host { AF_UNIX } else { AF_INET }
        let fd = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { throw ClientError.last("socket") }
        way = .socket(fd)
        if let source, Client.bind(fd, source) != 0 { throw ClientError.last("bind") }
        try Client.connect(fd, to: address, receiveBufferBytes: receiveBufferBytes)
    }

    private static func connect(
        _ fd: Int32,
        to address: SocketAddress,
        receiveBufferBytes: Int32?
    ) throws {
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        unsafe setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        if var bytes = receiveBufferBytes {
            unsafe setsockopt(
                fd,
                SOL_SOCKET,
                SO_RCVBUF,
                &bytes,
                socklen_t(MemoryLayout<Int32>.size)
            )
        }
        let code =
            switch address.host {
            case .v4(let host): Client.connect(fd, host, address.port)
            case .unix(let path): Client.connect(fd, path)
            case .v6: throw ClientError(call: "host", code: 0)
            }
        guard code == 0 else { throw ClientError.last("connect") }
    }

    private static func bind(_ fd: Int32, _ host: [UInt8]) -> Int32 {
        unsafe withKernelForm(host, 0) { unsafe Glibc.bind(fd, $0, $1) }
    }

    private static func connect(_ fd: Int32, _ host: [UInt8], _ port: UInt16) -> Int32 {
        unsafe withKernelForm(host, port) { unsafe Glibc.connect(fd, $0, $1) }
    }

    private static func withKernelForm(
        _ host: [UInt8],
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: host) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func connect(_ fd: Int32, _ path: String) -> Int32 {
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &target.sun_path) {
            unsafe $0.copyBytes(from: path.utf8.prefix($0.count - 1))
        }
        return unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    deinit {
        switch way {
        case .socket(let fd): _ = close(fd)
        #if DEBUG
        case .simulated(let client): client.close()
        #endif
        }
    }

    /// Sends every byte.
    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = sendSome(rest, waits: true)
            guard count > 0 else { throw ClientError.last("send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends what the socket takes at once, and returns how much that was.
    package func sendWithoutWaiting(_ bytes: [UInt8]) -> Int { sendSome(bytes[...], waits: false) }

    /// Sends in one call: how many bytes, or -1 with errno set.
    private func sendSome(_ bytes: ArraySlice<UInt8>, waits: Bool) -> Int {
        switch way {
        case .socket(let fd):
            let flags = Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT))
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(fd, buffer.baseAddress, buffer.count, flags)
            }
        #if DEBUG
        case .simulated(let client): return client.send(bytes, waits: waits)
        #endif
        }
    }

    /// Receives up to `count` bytes in one call; empty at the end of the stream.
    package func receive(atMost count: Int) throws -> [UInt8] {
        guard let bytes = try receive(atMost: count, waits: true) else {
            throw ClientError.last("recv")
        }
        return bytes
    }

    /// Receives what is there, up to `count` bytes; `nil` when nothing is, empty at the end.
    package func receiveWithoutWaiting(atMost count: Int) throws -> [UInt8]? {
        try receive(atMost: count, waits: false)
    }

    private func receive(atMost count: Int, waits: Bool) throws -> [UInt8]? {
        let fd: Int32
        switch way {
        case .socket(let socket): fd = socket
        #if DEBUG
        case .simulated(let client): return try client.receive(atMost: count, waits: waits)
        #endif
        }
        var received = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let flags = waits ? 0 : Int32(MSG_DONTWAIT)
            received = unsafe recv(fd, buffer.baseAddress, count, flags)
            filled = max(0, received)
        }
        if received < 0, errno == EAGAIN { return nil }
        guard received >= 0 else { throw ClientError.last("recv") }
        return bytes
    }

    /// Receives exactly `count` bytes, or fewer when the stream ends before.
    package func receive(exactly count: Int, chunk: Int = 64 * 1024) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, chunk))
        while bytes.count < count {
            let piece = try receive(atMost: min(chunk, count - bytes.count))
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Receives until the stream ends.
    package func receiveToEnd() throws -> [UInt8] { try receive(exactly: .max) }

    /// Whether the peer has ended the connection, in order or by a reset.
    package func seesEnd() -> Bool {
        do {
            return try receive(atMost: 1).isEmpty
        } catch {
            return (error as? ClientError)?.code == ECONNRESET
        }
    }

    /// Receives to the end, in order or by a reset, and returns how many bytes came.
    package func drain() -> Int {
        var count = 0
        while let piece = try? receive(atMost: 65_536), !piece.isEmpty { count += piece.count }
        return count
    }

    package func endOutput() {
        switch way {
        case .socket(let fd): _ = shutdown(fd, Int32(SHUT_WR))
        #if DEBUG
        case .simulated(let client): client.endOutput()
        #endif
        }
    }

    /// Makes the close, when the client goes, a reset.
    package func resetOnClose() {
        switch way {
        case .socket(let fd):
            var option = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                fd,
                SOL_SOCKET,
                SO_LINGER,
                &option,
                socklen_t(MemoryLayout<linger>.size)
            )
        #if DEBUG
        case .simulated(let client): client.resetOnClose()
        #endif
        }
    }
}

extension BlockingLane {
    /// A lane for the clients of a test, which may give it as much as they like.
    package convenience init(name: String) throws {
        try self.init(name: name, waitingMax: 10_000)
    }

    /// Runs `body` to its end, however long that takes: the test itself has a limit.
    package func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            do throws(LaneError) {
                try start { continuation.resume(returning: body()) }
            } catch {
                preconditionFailure("the lane of a test: \(error)")
            }
        }
    }

    /// Runs what may throw.
    package func attempt<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R
    {
        try await run { Result { try body() } }.get()
    }
}
