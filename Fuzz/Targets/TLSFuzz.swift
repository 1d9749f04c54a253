import COpenSSL

@testable import PulseReactor

/// A client's bytes reach a session of the server cut anyhow, mangled, doubled, or mixed with
/// others: what comes out is a beginning of what the client said, or nothing more at all.
enum TLSFuzz {
    // libFuzzer calls from one thread.
    private nonisolated(unsafe) static let server: TLSContext = {
        do {
            let made = try CertificateMaker.make(names: ["localhost"], addresses: [], days: 1)
            return try TLSContext(
                certificatePEM: made.certificatePEM,
                privateKeyPEM: made.privateKeyPEM
            )
        } catch {
            fatalError("\(error)")
        }
    }()

    static func run(_ input: Span<UInt8>) {
        var source = ByteSource(input)
        let settings = source.next()
        var wire = TLSWire(server, isOld: settings & 1 != 0)
        var isMangled = false
        for _ in 2..<max(2, input.count) {
            let order = source.next()
            let amount = Int(order >> 3)
            switch order & 7 {
            case 0: wire.deliver(amount)
            case 1: wire.deliver(amount * 64)
            case 2: wire.deliver(.max)
            case 3: wire.answer()
            case 4: wire.say(amount * 100)
            case 5: isMangled = wire.flip(at: Int(source.next()) * amount) || isMangled
            case 6: isMangled = wire.drop(amount) || isMangled
            default: isMangled = wire.insert(source.next(), count: amount) || isMangled
            }
        }
        precondition(wire.said.starts(with: wire.heard), "the server heard what nobody had said")
        guard !isMangled else { return }
        wire.settle()
        precondition(!wire.hasFailed, "a session failed over whole bytes")
        precondition(wire.heard == wire.said, "the server did not hear all that was said")
    }
}

/// A client of OpenSSL's own and a session of the server, with the bytes between them.
private struct TLSWire: ~Copyable {
    /// The server's; the output's room is small, so that it is full now and then.
    private let memory = TLSMemory()
    private let session: TLSSession
    private let client: OpaquePointer
    private let clientInput: OpaquePointer?
    private let clientOutput: OpaquePointer?
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 97, alignment: 1)
    /// Bytes of the client that are on their way.
    private var pending: [UInt8] = []
    private var isOpen = false
    private var clientIsOpen = false
    private(set) var hasFailed = false
    private var hasEnded = false
    private(set) var said: [UInt8] = []
    private(set) var heard: [UInt8] = []

    private static let saidBytesMax = 40_000

    init(_ context: TLSContext, isOld: Bool) {
        guard let made = TLSSession(context, memory: memory, now: .now()),
            let clientContext = unsafe SSL_CTX_new(TLS_client_method()),
            let client = unsafe SSL_new(clientContext)
        else { fatalError("no memory") }
        let version = isOld ? TLS1_2_VERSION : TLS1_3_VERSION
        unsafe _ = SSL_ctrl(client, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        unsafe SSL_CTX_free(clientContext)
        session = made
        unsafe self.client = client
        unsafe clientInput = BIO_new(BIO_s_mem())
        unsafe clientOutput = BIO_new(BIO_s_mem())
        // The client frees both.
        unsafe SSL_set_bio(client, clientInput, clientOutput)
        unsafe SSL_set_connect_state(client)
        unsafe _ = SSL_do_handshake(client)
        takeClientsOutput()
    }

    deinit {
        session.free()
        unsafe SSL_free(client)
        unsafe room.deallocate()
    }

    // MARK: What the input asks for

    /// Gives the server so many of the bytes that are on their way, in memory of that length.
    mutating func deliver(_ count: Int) {
        let count = min(count, pending.count)
        if count == 0 || hasFailed || hasEnded { return }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { unsafe piece.deallocate() }
        unsafe piece.copyBytes(from: pending[..<count])
        pending.removeFirst(count)
        unsafe memory.takeInput(UnsafeRawBufferPointer(piece))
        exchange()
        let rest = memory.giveInput()
        precondition(unsafe hasFailed || hasEnded || rest.isEmpty, "bytes were left")
    }

    /// Lets the client take what the server has said, and go on.
    mutating func answer() {
        var byte = [UInt8](repeating: 0, count: 4096)
        if !clientIsOpen {
            ERR_clear_error()
            clientIsOpen = unsafe SSL_do_handshake(client) == 1
        } else {
            var count = 0
            ERR_clear_error()
            // Tickets are taken by reading.
            unsafe _ = SSL_read_ex(client, &byte, byte.count, &count)
        }
        takeClientsOutput()
    }

    mutating func say(_ count: Int) {
        guard clientIsOpen, count > 0, said.count + count <= Self.saidBytesMax else { return }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: said.count + $0 * 7) }
        var taken = 0
        ERR_clear_error()
        if unsafe SSL_write_ex(client, bytes, count, &taken) == 1 { said += bytes[..<taken] }
        takeClientsOutput()
    }

    mutating func flip(at place: Int) -> Bool {
        guard !pending.isEmpty else { return false }
        pending[place % pending.count] ^= 1 << (place & 7)
        return true
    }

    mutating func drop(_ count: Int) -> Bool {
        let count = min(count, pending.count)
        pending.removeFirst(count)
        return count > 0
    }

    /// Puts bytes in front that the client did not send; a byte of 255 doubles its own.
    mutating func insert(_ byte: UInt8, count: Int) -> Bool {
        if count == 0 { return false }
        let foreign = Array(repeating: byte, count: count)
        pending = (byte == 255 ? pending : foreign) + pending
        if pending.count > 1 << 20 { pending = [] }
        return true
    }

    /// Delivers everything, until both are at rest.
    mutating func settle() {
        for _ in 0..<20 {
            deliver(.max)
            answer()
        }
    }

    // MARK: The two ends

    /// As the reactor does it: shakes hands, then reads, and takes the output away each time.
    private mutating func exchange() {
        while !hasFailed, !hasEnded {
            unsafe memory.setOutput(room)
            let outcome =
                isOpen ? unsafe session.read(into: memory.plaintext) : session.shakeHands()
            takeServersOutput()
            switch outcome {
            case .done: isOpen = true
            case .bytes(let count): heard += unsafe memory.plaintext[..<count]
            case .needsRoom: continue
            case .needsInput: return
            case .inputEnded: hasEnded = true
            case .failed: hasFailed = true
            }
        }
    }

    private func takeServersOutput() {
        let written = memory.written
        var count = 0
        if unsafe !written.isEmpty {
            unsafe _ = BIO_write_ex(clientInput, written.baseAddress, written.count, &count)
        }
        memory.clearOutput()
    }

    private mutating func takeClientsOutput() {
        let count = unsafe BIO_ctrl_pending(clientOutput)
        if count == 0 { return }
        var bytes = [UInt8](repeating: 0, count: count)
        var taken = 0
        unsafe _ = BIO_read_ex(clientOutput, &bytes, count, &taken)
        pending += bytes[..<taken]
    }
}
