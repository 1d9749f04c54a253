import Logging
import PulseReactor
import PulseWire

/// What the HTTP service hands its requests and WebSockets to.
protocol HTTPDelegate: AnyObject {
    /// Answers a request whose body is complete.
    func respond(
        to request: Request,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    )
        -> Response

    /// Says why a WebSocket may not be opened, or `nil` when it may.
    func refusal(of request: Request) -> Response?

    /// The path at which WebSockets are opened.
    var webSocketPath: String { get }

    /// A WebSocket is open.
    func opened(_ session: Session)

    /// An event of a WebSocket; returns `false` to get no more until it calls `resume`.
    func received(_ session: Session, _ event: WebSocketEvent, _ payload: RawSpan) -> Bool

    /// A WebSocket's client broke the protocol.
    func failed(_ session: Session, _ error: WebSocketError)

    /// The bytes that were on their way to a WebSocket have been taken.
    func sent(_ session: Session)

    /// A WebSocket's connection is gone.
    func closed(_ session: Session)
}

/// HTTP/1.1 on the reactor's connections, and the way from there to WebSocket.
///
/// Requests are answered one after the other; what a client sends ahead waits in its session, and
/// when that is full the client's input rests.
final class HTTPService: ConnectionService {
    private let reactor: Reactor
    private let log: Logger
    private unowned let delegate: any HTTPDelegate
    private var sessions: [Session?] = []
    private(set) var sessionCount = 0
    /// Set while the server stops: answers then close their connections.
    var isStopping = false

    init(reactor: Reactor, delegate: any HTTPDelegate, log: Logger) {
        self.reactor = reactor
        self.delegate = delegate
        self.log = log
    }

    // MARK: ConnectionService

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        let slot = Int(connection.slot)
        while sessions.count <= slot { sessions.append(nil) }
        sessions[slot] = Session(
            id: connection,
            peerIsLoopback: peer.isLoopback,
            now: reactor.now
        )
        sessionCount += 1
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let session = session(connection) else { return }
        if session.phase == .draining { return }
        if session.phase == .answering || session.isHeld {
            unsafe session.input.append(contentsOf: bytes)
        } else if session.input.isEmpty {
            // The usual case: whole requests and messages, dealt with where they lie.
            let consumed = unsafe process(session, bytes)
            if consumed < bytes.count {
                unsafe session.input.append(contentsOf: bytes[consumed...])
            }
        } else {
            unsafe session.input.append(contentsOf: bytes)
            processInput(session)
        }
        limitInput(session)
    }

    func inputEnded(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        session.inputEnded = true
        // A client may end its side and still read the answer that is on its way.
        if session.phase != .answering { reactor.close(connection) }
    }

    func sent(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        switch session.phase {
        case .webSocket: delegate.sent(session)
        case .answering: answered(session)
        case .head, .body, .draining: break
        }
    }

    func closed(_ connection: ConnectionID) {
        guard let session = session(connection) else { return }
        sessions[Int(connection.slot)] = nil
        sessionCount -= 1
        if session.webSocket != nil { delegate.closed(session) }
    }

    // MARK: Sessions

    func session(_ connection: ConnectionID) -> Session? {
        let slot = Int(connection.slot)
        guard slot < sessions.count, let session = sessions[slot], session.id == connection else {
            return nil
        }
        return session
    }

    /// Goes on with what a session has kept, once it may.
    func resume(_ session: Session) {
        session.isHeld = false
        processInput(session)
        limitInput(session)
    }

    /// Ends our side; the connection is gone when the peer has ended its own, or after two seconds.
    func drain(_ session: Session) {
        session.phase = .draining
        session.input = []
        session.deadline = reactor.now + ServerLimits.drainNanoseconds
        if session.inputEnded {
            reactor.close(session.id)
        } else {
            reactor.endOutput(session.id)
            resumeInput(session)
        }
    }

    /// Ends the connections whose time is up, and those without a request when the server stops.
    func sweep(at now: MonotonicTime) {
        for case let session? in sessions {
            guard let deadline = session.deadline, deadline <= now else { continue }
            if session.phase == .head || session.phase == .body, session.hasBegunRequest {
                fail(session, .requestTimeout, "the request did not arrive in time")
            } else {
                reactor.close(session.id)
            }
        }
    }

    /// Ends what has no request in work; the rest ends behind its answer.
    func stop() {
        isStopping = true
        for case let session? in sessions where session.phase == .head {
            reactor.close(session.id)
        }
    }

    /// Ends everything at once.
    func closeAll() {
        for case let session? in sessions { reactor.close(session.id) }
    }

    private func processInput(_ session: Session) {
        var input = session.input
        session.input = []
        let consumed = unsafe input.withUnsafeMutableBytes { unsafe process(session, $0) }
        if consumed < input.count, session.phase != .draining {
            input.removeFirst(consumed)
            session.input = input + session.input
        }
    }

    /// Lets a client that sends ahead of its answers wait, or go on.
    private func limitInput(_ session: Session) {
        guard reactor.isOpen(session.id) else { return }
        let isFull = session.input.count >= ServerLimits.inputBytesMax
        if isFull, !session.inputIsPaused {
            session.inputIsPaused = true
            reactor.pauseReceiving(session.id)
        } else if !isFull {
            resumeInput(session)
        }
    }

    private func resumeInput(_ session: Session) {
        guard session.inputIsPaused else { return }
        session.inputIsPaused = false
        reactor.resumeReceiving(session.id)
    }

    // MARK: Bytes

    /// Deals with bytes as far as it may; returns how many it is done with.
    private func process(_ session: Session, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var offset = 0
        while offset < bytes.count, !session.isHeld, reactor.isOpen(session.id) {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            let consumed: Int?
            switch session.phase {
            case .head: consumed = unsafe processHead(session, RawSpan(_unsafeBytes: rest))
            case .body: consumed = unsafe processBody(session, RawSpan(_unsafeBytes: rest))
            case .webSocket: consumed = unsafe processFrames(session, rest)
            case .answering: return offset
            case .draining: return bytes.count
            }
            guard let consumed else { return offset }
            offset += consumed
        }
        return offset
    }

    private func processHead(_ session: Session, _ bytes: RawSpan) -> Int? {
        let wasIdle = !session.hasBegunRequest
        do throws(HTTPError) {
            guard let byteCount = try session.decoder.decodeHead(bytes) else {
                if wasIdle { session.deadline = reactor.now + ServerLimits.headNanoseconds }
                session.hasBegunRequest = true
                return nil
            }
            let body = try HTTPBodyDecoder(
                session.decoder.bodyFraming,
                bytesMax: ServerLimits.bodyBytesMax
            )
            let head = bytes.extracting(first: byteCount)
            if body.isDone {
                answer(session, head)
            } else {
                beginBody(session, head, body)
            }
            return byteCount
        } catch {
            fail(session, error.status, String(describing: error.reason))
            return nil
        }
    }

    private func beginBody(_ session: Session, _ head: RawSpan, _ decoder: HTTPBodyDecoder) {
        session.head = unsafe head.withUnsafeBytes { unsafe Array($0) }
        session.body = []
        session.bodyDecoder = decoder
        session.phase = .body
        session.hasBegunRequest = true
        session.deadline = reactor.now + ServerLimits.bodyNanoseconds
        if session.decoder.expectsContinue {
            session.isContinuing = true
            session.phase = .answering
            send(session, head: HTTPResponseEncoder.continueResponse)
        }
    }

    private func processBody(_ session: Session, _ bytes: RawSpan) -> Int? {
        guard var decoder = session.bodyDecoder else { return nil }
        do throws(HTTPError) {
            let step = try decoder.step(bytes)
            session.bodyDecoder = decoder
            let piece = bytes.extracting(step.body)
            unsafe piece.withUnsafeBytes { unsafe session.body.append(contentsOf: $0) }
            if decoder.isDone {
                session.bodyDecoder = nil
                let head = session.head
                session.head = []
                unsafe answer(session, head.span.bytes)
            }
            return step.consumed
        } catch {
            fail(session, error.status, String(describing: error.reason))
            return nil
        }
    }

    private func processFrames(_ session: Session, _ bytes: UnsafeMutableRawBufferPointer) -> Int? {
        do throws(WebSocketError) {
            guard let step = try unsafe session.webSocket?.next(bytes) else { return nil }
            guard let event = step.event else { return step.consumed > 0 ? step.consumed : nil }
            let payload = unsafe RawSpan(_unsafeBytes: step.payload)
            if !delegate.received(session, event, payload) {
                session.isHeld = true
            }
            return step.consumed
        } catch {
            delegate.failed(session, error)
            return nil
        }
    }

    // MARK: Answers

    private func answer(_ session: Session, _ head: RawSpan) {
        let request = Request(session.decoder, in: head, peerIsLoopback: session.peerIsLoopback)
        if request.path == delegate.webSocketPath {
            upgrade(session, request, head)
        } else {
            let response = delegate.respond(to: request, session.decoder, in: head)
            send(session, response)
        }
    }

    private func upgrade(_ session: Session, _ request: Request, _ head: RawSpan) {
        if let refusal = delegate.refusal(of: request) {
            send(session, refusal)
            return
        }
        do throws(WebSocketHandshakeError) {
            let accept = try WebSocketHandshake.accept(session.decoder, in: head)
            session.upgrades = true
            session.phase = .answering
            let frame = reactor.makeFrame(capacity: 512)
            // The frame is ours until the send, so its storage may be written to.
            var encoder = unsafe HTTPResponseEncoder(frame.storage)
            encoder.status(.switchingProtocols)
            encoder.header("Upgrade", "websocket")
            encoder.header("Connection", "Upgrade")
            unsafe encoder.header("Sec-WebSocket-Accept", accept.span.bytes)
            encoder.header("Sec-WebSocket-Version", "13")
            encoder.endHead()
            start(session, frame, byteCount: encoder.count)
        } catch {
            var response = Response.text(error.status, String(describing: error.reason))
            if error.status == .upgradeRequired {
                response.headers += [
                    ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                    ("Sec-WebSocket-Version", "13"),
                ]
            } else if error == .badMethod {
                response.headers.append(("Allow", "GET"))
            }
            send(session, response)
        }
    }

    /// Answers a malformed request and ends the connection: what follows cannot be trusted.
    private func fail(_ session: Session, _ status: HTTPStatus, _ reason: String) {
        log.debug(
            "a request was refused",
            metadata: ["status": "\(status.rawValue)", "why": "\(reason)"]
        )
        var response = Response.text(status, reason)
        response.closes = true
        session.input = []
        send(session, response, keepAlive: false, omitsBody: false)
    }

    private func send(_ session: Session, _ response: Response) {
        send(
            session,
            response,
            keepAlive: session.decoder.keepAlive && !response.closes && !isStopping,
            omitsBody: session.decoder.method == .head
        )
    }

    private func send(
        _ session: Session,
        _ response: Response,
        keepAlive: Bool,
        omitsBody: Bool
    ) {
        session.phase = .answering
        session.hasBegunRequest = false
        session.closesAfterAnswer = !keepAlive
        let own = if case .bytes = response.body { response.bodyByteCount } else { 0 }
        let frame = reactor.makeFrame(capacity: 4096 + own)
        // The frame is ours until the send, so its storage may be written to.
        var encoder = unsafe HTTPResponseEncoder(frame.storage)
        ResponseHead.write(response, keepAlive: keepAlive, into: &encoder)
        if case .bytes(let bytes) = response.body, !omitsBody {
            unsafe encoder.body(bytes.span.bytes)
        }
        guard !encoder.overflowed, !encoder.refused else {
            log.error("an answer's head could not be written")
            reactor.release(frame)
            reactor.close(session.id)
            return
        }
        var list = SendList()
        frame.setContent(0..<encoder.count)
        list.append(frame)
        if case .asset(let bytes) = response.body, !omitsBody {
            unsafe list.append(static: bytes.bytes)
        }
        start(session, frame, list)
    }

    private func send(_ session: Session, head: StaticString) {
        let frame = reactor.makeFrame(capacity: head.utf8CodeUnitCount)
        // The frame is ours until the send, so its storage may be written to.
        unsafe frame.storage.copyMemory(
            from: UnsafeRawBufferPointer(start: head.utf8Start, count: head.utf8CodeUnitCount)
        )
        start(session, frame, byteCount: head.utf8CodeUnitCount)
    }

    private func start(_ session: Session, _ frame: Frame, byteCount: Int) {
        frame.setContent(0..<byteCount)
        var list = SendList()
        list.append(frame)
        start(session, frame, list)
    }

    private func start(_ session: Session, _ frame: Frame, _ list: SendList) {
        session.deadline = reactor.now + ServerLimits.answerNanoseconds
        reactor.send(session.id, list)
        reactor.release(frame)
    }

    private func answered(_ session: Session) {
        if session.isContinuing {
            session.isContinuing = false
            session.phase = .body
            session.deadline = reactor.now + ServerLimits.bodyNanoseconds
        } else if session.upgrades {
            session.upgrades = false
            session.phase = .webSocket
            session.deadline = nil
            session.webSocket = WebSocketDecoder(messageBytesMax: ServerLimits.commandBytesMax)
            delegate.opened(session)
        } else if session.closesAfterAnswer || session.inputEnded && session.input.isEmpty {
            drain(session)
            return
        } else {
            session.decoder.reset()
            session.phase = .head
            session.deadline = reactor.now + ServerLimits.keepAliveNanoseconds
        }
        resume(session)
        if session.inputEnded, session.phase == .head || session.phase == .body {
            reactor.close(session.id)
        }
    }
}
