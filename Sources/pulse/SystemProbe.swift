import Glibc
import PulseMonitor
import PulseReactor

/// Asks the C library and the kernel, on a thread that may block.
struct SystemProbe: EndpointProbe {
    private let lane: BlockingLane
    private let shard: Shard

    /// How long one address has to take a connection.
    private static let patienceSeconds = 5
    /// How long the C library may look for a name, or the kernel for an end of its own patience.
    private static let patienceNanoseconds: UInt64 = 7_000_000_000

    /// Probes on `lane` and waits for it on `shard`.
    init(_ lane: BlockingLane, _ shard: Shard) {
        self.lane = lane
        self.shard = shard
    }

    /// A lane to probe on: one question at a time.
    static func makeLane() throws(SystemError) -> BlockingLane {
        try BlockingLane(name: "pulse-probe", waitingMax: 1)
    }

    func addresses(
        of host: String,
        port: UInt16
    ) async throws(ProbeFailure) -> [EndpointAddress] {
        try await attempt { Self.lookUp(host, port) }
    }

    func connect(to address: EndpointAddress) async throws(ProbeFailure) -> UInt64 {
        try await attempt { Self.connect(address.kernelForm) }
    }

    private func attempt<R: Sendable>(
        _ body: @escaping @Sendable () -> Result<R, ProbeFailure>
    ) async throws(ProbeFailure) -> R {
        let deadline = MonotonicTime.now() + Self.patienceNanoseconds
        let result: Result<R, ProbeFailure>
        do throws(LaneError) {
            result = try await lane.run(until: deadline, on: shard, body)
        } catch {
            throw error == .timedOut ? .timedOut : .unreachable("\(error)")
        }
        return try result.get()
    }

    private static func lookUp(
        _ host: String,
        _ port: UInt16
    ) -> Result<[EndpointAddress], ProbeFailure> {
        // Its pointers stay null.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, "\(port)", &hints, &first)
        guard code == 0, let list = unsafe first else {
            // The text is a constant of the C library.
            return .failure(.notFound(unsafe String(cString: gai_strerror(code))))
        }
        // The list is ours until it is freed here; everything is copied out of it.
        defer { unsafe freeaddrinfo(list) }
        var addresses: [EndpointAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = unsafe list
        while let entry = unsafe next {
            let bytes = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr,
                count: Int(entry.pointee.ai_addrlen)
            )
            let form = unsafe Array(bytes)
            addresses.append(EndpointAddress(text: text(of: form), kernelForm: form))
            unsafe next = unsafe entry.pointee.ai_next
        }
        return .success(addresses)
    }

    /// The address in digits.
    private static func text(of form: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size = socklen_t(text.count)
        let code = unsafe withKernelForm(form) { address, length in
            unsafe getnameinfo(address, length, &text, size, nil, 0, NI_NUMERICHOST)
        }
        guard code == 0 else { return "?" }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func connect(_ form: [UInt8]) -> Result<UInt64, ProbeFailure> {
        // A `sockaddr` begins with its family.
        let family = unsafe form.withUnsafeBytes { unsafe Int32($0.load(as: sa_family_t.self)) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { return .failure(failure(errno)) }
        defer { _ = close(descriptor) }
        // The kernel ends the connect, too, when this time is over (EINPROGRESS).
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        let start = MonotonicTime.now()
        let code = unsafe withKernelForm(form) { address, length in
            unsafe Glibc.connect(descriptor, address, length)
        }
        guard code == 0 else { return .failure(failure(errno)) }
        return .success(MonotonicTime.now().nanoseconds(since: start))
    }

    private static func failure(_ code: Int32) -> ProbeFailure {
        switch code {
        case ECONNREFUSED: .refused
        case EINPROGRESS, EAGAIN, ETIMEDOUT: .timedOut
        // The C library's text is copied at once.
        default: .unreachable(unsafe String(cString: strerror(code)))
        }
    }

    /// Calls `body` with an address whose bytes live for the call, aligned for every family.
    private static func withKernelForm<R>(
        _ form: [UInt8],
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        var storage = sockaddr_storage()
        let count = min(form.count, MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyBytes(from: form[..<count]) }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(count))
            }
        }
    }
}
