import Logging
import PulseReactor
import PulseServer
import PulseWire

/// Gives back what it gets, by the service that the server has.
final class Echo: HTTPDelegate, WebSocketDelegate {
    private let reactor: Reactor
    private var http: HTTPService?
    private let deflater = MessageDeflater()
    private var answers: [ConnectionID: Answers] = [:]

    /// What waits for one WebSocket's send to complete.
    private struct Answers {
        var frames: [Frame] = []
        var isSending = false
        /// Its close frame is among them, or on its way.
        var isClosing = false
    }

    /// The largest message of the suites: 16 MiB.
    private static let messageBytesMax = 16 << 20
    /// Answers that wait before the client's input rests.
    private static let answersMax = 16

    init(_ reactor: Reactor, _ log: Logger) {
        self.reactor = reactor
        http = nil
        http = HTTPService(
            reactor: reactor,
            delegate: self,
            webSockets: self,
            messageBytesMax: Echo.messageBytesMax,
            log: log
        )
    }

    func listen(on address: SocketAddress, tls: TLSContext?) throws -> SocketAddress {
        guard let http else { preconditionFailure("an echo has its service") }
        return try reactor.listen(on: address, service: http, tls: tls)
    }

    /// Ends the connections whose time is up.
    func sweep() { http?.sweep(at: .now()) }

    // MARK: Requests

    var webSocketPath: String { "/ws" }

    func bodyBytesMax(_ decoder: borrowing HTTPRequestDecoder, in head: RawSpan) -> Int? {
        let isWanted = decoder.method == .post && head.equals("/echo", in: decoder.target.path)
        return isWanted ? Echo.messageBytesMax : nil
    }

    func respond(toBody body: RawSpan, of session: Session, in head: RawSpan) -> Response? {
        echo(unsafe body.withUnsafeBytes { unsafe Array($0) })
    }

    private func echo(_ body: [UInt8]) -> Response {
        var response = Response(.ok)
        response.contentType = "application/octet-stream"
        response.body = .bytes(body)
        return response
    }

    func respond(to request: Request, of session: Session, in head: RawSpan) -> Response? {
        switch (request.method, request.path) {
        case (.get, "/"), (.head, "/"): return .text(.ok, "an echo")
        case (.post, "/echo"): return echo([])
        case (_, "/"), (_, "/echo"):
            var response = Response.text(.methodNotAllowed, "not by this method")
            response.headers.append(("Allow", request.path == "/" ? "GET, HEAD" : "POST"))
            return response
        default: return .text(.notFound, "there is nothing here")
        }
    }

    /// Anybody may come, pages of any origin too.
    func refusal(of request: Request) -> Response? { nil }

    // MARK: WebSockets

    func opened(_ session: Session) { answers[session.id] = Answers() }

    func received(_ session: Session, _ event: WebSocketEvent, _ payload: RawSpan) -> Bool {
        switch event {
        case .text: say(session, message(.text, payload, deflates: session.deflates))
        case .binary: say(session, message(.binary, payload, deflates: session.deflates))
        case .ping: say(session, reactor.makeFrame(WebSocketControlFrame.pong(payload)))
        case .pong: break
        case .close(let code): close(session, WebSocketControlFrame.close(code: code))
        }
        return answers[session.id].map { $0.frames.count < Echo.answersMax } ?? true
    }

    func failed(_ session: Session, _ error: WebSocketError) {
        close(session, WebSocketControlFrame.close(error.closeCode))
    }

    private func close(_ session: Session, _ frame: [UInt8]) {
        say(session, reactor.makeFrame(frame))
        answers[session.id]?.isClosing = true
        http?.ignoreInput(session)
    }

    /// A whole message, compressed if the client takes that and it becomes no longer.
    private func message(
        _ opcode: WebSocketOpcode,
        _ payload: RawSpan,
        deflates: Bool
    ) -> Frame {
        let room = WebSocketHeader.byteCountMax
        // The deflated form of nothing has one byte, and four are taken off its end.
        let frame = reactor.makeFrame(capacity: room + payload.byteCount + 64)
        // The frame is ours until the send, so its storage may be written to.
        let storage = unsafe frame.storage
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[room...])
        let deflated =
            deflates
            ? unsafe payload.withUnsafeBytes { unsafe deflater?.deflate($0, into: rest) } : nil
        if deflated == nil {
            unsafe payload.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
        }
        let byteCount = deflated ?? payload.byteCount
        let start = unsafe WebSocketHeader.write(
            opcode,
            payloadByteCount: byteCount,
            isCompressed: deflated != nil,
            endingAt: room,
            in: storage
        )
        frame.setContent(start..<room + byteCount)
        return frame
    }

    private func say(_ session: Session, _ frame: Frame) {
        guard answers[session.id]?.isClosing == false else {
            reactor.release(frame)
            return
        }
        answers[session.id]?.frames.append(frame)
        flush(session)
    }

    private func flush(_ session: Session) {
        guard var waiting = answers[session.id], !waiting.isSending, !waiting.frames.isEmpty else {
            return
        }
        var list = SendList()
        let sent = waiting.frames.prefix(Limits.piecesPerSendMax)
        for frame in sent { list.append(frame) }
        waiting.frames.removeFirst(sent.count)
        waiting.isSending = true
        answers[session.id] = waiting
        reactor.send(session.id, list)
        for frame in sent { reactor.release(frame) }
    }

    /// All of them need a look.
    func sent(_ connections: Span<ConnectionID>) -> [ConnectionID] {
        connections.indices.map { connections[$0] }
    }

    func tend(_ session: Session) {
        answers[session.id]?.isSending = false
        flush(session)
        guard let waiting = answers[session.id] else { return }
        if waiting.isClosing {
            if !waiting.isSending { http?.drain(session) }
        } else if session.isHeld, waiting.frames.count < Echo.answersMax {
            http?.resume(session)
        }
    }

    func closed(_ session: Session) {
        for frame in answers.removeValue(forKey: session.id)?.frames ?? [] {
            reactor.release(frame)
        }
    }
}
