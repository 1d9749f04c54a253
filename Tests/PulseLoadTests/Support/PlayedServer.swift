import PulseReactor
import PulseTestSupport
import PulseWire

/// A server of one stream that does what a test says; nothing of PulseServer is in it.
final class PlayedServer: ConnectionService {
    /// How it answers an upgrade.
    enum Answer {
        case upgrade
        case status(Int)
        case wrongAccept
        case garbage
        case silence
    }

    /// How its bytes leave.
    enum Delivery {
        case whole
        /// Each message in frames of so many bytes of payload.
        case fragments(Int)
        /// One byte after the other, each a send of its own.
        case drip
    }

    private final class Session {
        let id: ConnectionID
        let number: Int
        var input: [UInt8] = []
        var isOpen = false
        var request = HTTPRequestDecoder()
        var decoder = WebSocketDecoder(messageBytesMax: 65_536)
        var outbox: [[UInt8]] = []

        init(_ id: ConnectionID, _ number: Int) {
            self.id = id
            self.number = number
        }
    }

    let reactor: Reactor
    var answer = Answer.upgrade
    /// Whether whoever subscribes is given only the first of two parts of its snapshot.
    var halvesSnapshots = false
    /// Whether the load has begun to measure.
    var isMeasured: () -> Bool = { false }
    var delivery = Delivery.whole
    var offered = "[\"s\"]"
    private(set) var address = anyPort
    /// What it has: the generation, and one row for each handle.
    private(set) var generation: UInt64 = 1
    private(set) var values: [UInt64: Int] = [0: 1, 1: 2]
    /// What `GET /api/state/s` answers in place of the truth.
    var falseValues: [UInt64: Int]?
    /// Status of reports.
    var reportStatus = 200
    private(set) var reports: [[UInt8]] = []
    private(set) var commands: [String] = []
    private(set) var peers: [String] = []
    private var sessions: [ConnectionID: Session] = [:]
    private var numbers = 0
    private var order: [ConnectionID] = []

    init(_ reactor: Reactor, tls: TLSContext? = nil) throws {
        self.reactor = reactor
        address = try reactor.listen(on: anyPort, service: self, tls: tls)
    }

    /// Clients that subscribed, in the order in which they came.
    var subscribers: [ConnectionID] { order.filter { sessions[$0] != nil } }

    // MARK: What a test does

    /// Milliseconds since 1970.
    static var now: UInt64 { WallClock.nanosecondsNow() / 1_000_000 }

    /// Changes a value, and returns the delta.
    func change(_ handle: UInt64, _ value: Int, ts: UInt64 = now, skipping: UInt64 = 0) -> String {
        let since = generation + skipping
        generation = since + 1
        values[handle] = value
        return "{\"type\":\"delta\",\"ts\":\(ts),\"stream\":\"s\",\"generation\":\(generation),"
            + "\"since\":\(since),\"fields\":[\"h\",\"v\"],\"rows\":[[\(handle),\(value)]]}"
    }

    var snapshot: String { part(1, of: 1, values) }

    /// One of two parts, the even rows or the odd ones.
    func half(_ number: UInt64) -> String {
        part(number, of: 2, values.filter { $0.key % 2 == number - 1 })
    }

    private func part(_ number: UInt64, of count: Int, _ values: [UInt64: Int]) -> String {
        "{\"type\":\"snapshot\",\"ts\":\(Self.now),\"stream\":\"s\",\"epoch\":\"e\","
            + "\"generation\":\(generation),\"part\":\(number),\"parts\":\(count),\(table(values))}"
    }

    func table(_ values: [UInt64: Int]) -> String {
        let rows = values.sorted { $0.key < $1.key }.map { "[\($0.key),\($0.value)]" }
        return "\"fields\":[\"h\",\"v\"],\"rows\":[\(rows.joined(separator: ","))]"
    }

    func broadcast(_ text: String) {
        for id in subscribers { send(id, text) }
    }

    func send(_ id: ConnectionID, _ text: String) {
        let payload = Array(text.utf8)
        switch delivery {
        case .whole: sendBytes(id, [Self.frame(1, payload, isFinal: true)])
        case .fragments(let size):
            var frames: [UInt8] = []
            for start in stride(from: 0, to: payload.count, by: size) {
                let end = min(start + size, payload.count)
                frames += Self.frame(
                    start == 0 ? 1 : 0,
                    Array(payload[start..<end]),
                    isFinal: end == payload.count
                )
                // Control frames may stand between fragments.
                if start == 0, end < payload.count { frames += Self.frame(9, [1], isFinal: true) }
            }
            sendBytes(id, [frames])
        case .drip: sendBytes(id, Self.frame(1, payload, isFinal: true).map { [$0] })
        }
    }

    func sendBytes(_ id: ConnectionID, _ pieces: [[UInt8]]) {
        guard let session = sessions[id] else { return }
        session.outbox += pieces
        flush(session)
    }

    func closeAll() {
        for id in sessions.keys { reactor.close(id) }
    }

    func hasUnsent(_ id: ConnectionID) -> Bool {
        reactor.isSending(id) || sessions[id]?.outbox.isEmpty == false
    }

    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | opcode
        let count = payload.count
        if count < 126 { return [first, UInt8(count)] + payload }
        if count < 65_536 { return [first, 126, UInt8(count >> 8), UInt8(count & 255)] + payload }
        return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - $0 * 8)) }
            + payload
    }

    // MARK: ConnectionService

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        sessions[connection] = Session(connection, numbers)
        numbers += 1
        peers.append(peer.hostText)
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let session = sessions[connection] else { return }
        unsafe session.input.append(contentsOf: bytes)
        if session.isOpen { takeFrames(session) } else { takeRequest(session) }
    }

    func inputEnded(_ connection: ConnectionID) { reactor.close(connection) }

    func sent(_ connection: ConnectionID) {
        if let session = sessions[connection] { flush(session) }
    }

    func closed(_ connection: ConnectionID) { sessions[connection] = nil }

    private func flush(_ session: Session) {
        guard reactor.isOpen(session.id), !reactor.isSending(session.id),
            !session.outbox.isEmpty
        else { return }
        let bytes = session.outbox.removeFirst()
        reactor.send(session.id, bytes: bytes)
    }

    private func takeRequest(_ session: Session) {
        let bytes = session.input
        guard let count = try? unsafe session.request.decodeHead(bytes.span.bytes) else { return }
        let target = unsafe bytes.span.bytes.string(in: session.request.target.path)
        if session.request.method == .post {
            takeReport(session, head: count)
        } else if target.hasPrefix("/api/state/") {
            let state =
                "{\"stream\":\"s\",\"epoch\":\"e\",\"generation\":\(generation),\"ts\":\(Self.now),"
                + table(falseValues ?? values) + "}"
            answer(session, 200, state)
        } else {
            session.input.removeFirst(count)
            upgrade(session, bytes)
        }
    }

    private func takeReport(_ session: Session, head: Int) {
        guard case .length(let length) = session.request.bodyFraming,
            session.input.count >= head + length
        else { return }
        reports.append(Array(session.input[head..<head + length]))
        session.input.removeFirst(head + length)
        session.request.reset()
        answer(session, reportStatus, "{}")
    }

    private func answer(_ session: Session, _ status: Int, _ body: String) {
        sendBytes(
            session.id,
            [
                Array(
                    "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8
                )
            ]
        )
    }

    private func upgrade(_ session: Session, _ bytes: [UInt8]) {
        switch answer {
        case .silence: return
        case .status(let status): return answer(session, status, "no")
        case .garbage: return sendBytes(session.id, [Array("SSH-2.0-x\r\n".utf8)])
        case .upgrade, .wrongAccept: break
        }
        guard
            let accept = try? unsafe WebSocketHandshake.accept(
                session.request,
                in: bytes.span.bytes
            )
        else { return }
        var text = String(decoding: accept.indices.map { accept[$0] }, as: UTF8.self)
        if case .wrongAccept = answer { text = String(text.reversed()) }
        session.isOpen = true
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(text)\r\n\r\n"
        sendBytes(session.id, [Array(head.utf8)])
        send(
            session.id,
            "{\"type\":\"hello\",\"ts\":\(Self.now),\"protocol\":1,\"version\":\"0\","
                + "\"epoch\":\"e\",\"interval\":100,\"streams\":\(offered),\"units\":{}}"
        )
    }

    private func takeFrames(_ session: Session) {
        while !session.input.isEmpty {
            var bytes = session.input
            var text: String?
            let consumed = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
                guard let step = try? unsafe session.decoder.next(buffer) else { return -1 }
                if step.event == .text {
                    text = unsafe String(decoding: step.payload, as: UTF8.self)
                }
                return step.consumed
            }
            guard consumed > 0 else { return }
            session.input = Array(bytes[consumed...])
            guard let text else { continue }
            commands.append(text)
            if text.contains("subscribe") {
                if !text.contains("generation") {
                    send(session.id, halvesSnapshots ? half(1) : snapshot)
                }
                order.append(session.id)
            }
        }
    }
}
