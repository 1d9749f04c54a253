import Glibc

/// What one fuzzing binary can do; script/fuzz says which by the environment variable PULSE_FUZZ.
enum FuzzTarget: String, CaseIterable {
    /// PulseJSON's reader over any bytes: no crash, no read outside, and all ways to read agree.
    case reader
    /// PulseJSON's writer: what is written is read back, in any capacity.
    case writer
    /// PulseJSON's reader beside a second parser, which has nothing but simplicity.
    case oracle
    /// PulseWire's HTTP decoders: the same requests and refusals however the bytes arrive.
    case http
    /// PulseWire's WebSocket decoder, with and without compression: the same.
    case websocket
    /// PulseWire's deflate both ways: what comes out is what went in, and never beyond the limit.
    case deflate
    /// The reader of PulseFleet's history: refused or taken, and then it can be written again.
    case history
    /// PulseReactor's TLS sessions: nothing is heard that the client has not said.
    case tls

    /// Takes one input, which ends where unreadable memory begins; a finding ends the process.
    func run(_ input: UnsafeBufferPointer<UInt8>) {
        switch self {
        case .reader: unsafe ReaderFuzz.run(input.span)
        case .writer: unsafe WriterFuzz.run(input.span)
        case .oracle: unsafe OracleFuzz.run(input.span)
        case .http: unsafe HTTPFuzz.run(input.span)
        case .websocket: unsafe WebSocketFuzz.run(input.span)
        case .deflate: unsafe DeflateFuzz.run(input.span)
        case .history: unsafe HistoryFuzz.run(input.span)
        case .tls: unsafe TLSFuzz.run(input.span)
        }
    }

    /// The one that was asked for.
    static let chosen: FuzzTarget = {
        // Nothing changes the environment.
        let name = unsafe getenv("PULSE_FUZZ").map { unsafe String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("PULSE_FUZZ is one of \(allCases.map(\.rawValue))")
        }
        return target
    }()
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // A copy of exactly this length on the heap: AddressSanitizer sees the first byte behind it.
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    defer { unsafe copy.deallocate() }
    if let bytes = unsafe bytes {
        _ = unsafe copy.initialize(from: UnsafeBufferPointer(start: bytes, count: count))
    }
    unsafe FuzzTarget.chosen.run(UnsafeBufferPointer(copy))
    return 0
}
