import Logging
import PulseReactor
import PulseWire

// What goes out: answers, upgrades and refusals.
extension HTTPService {
    /// Answers a request that is complete, its body where somebody wants it.
    func answer(_ session: Session, _ head: RawSpan, body: RawSpan) {
        if session.keepsBody {
            finish(session, delegate.respond(toBody: body, of: session, in: head))
            return
        }
        let request = Request(
            session.decoder,
            in: head,
            peerIsLoopback: session.peerIsLoopback,
            forwarding: session.forwarding,
            basePath: basePath
        )
        if let webSockets, request.path == webSockets.webSocketPath {
            upgrade(session, request, head, webSockets)
        } else {
            finish(session, delegate.respond(to: request, of: session, in: head))
        }
    }

    private func finish(_ session: Session, _ response: Response?) {
        if let response {
            send(session, response)
        } else {
            session.phase = .asking
            session.deadline = reactor.now + ServerLimits.answerNanoseconds
        }
    }

    /// Sends an answer that the delegate has waited for.
    ///
    /// A connection has one request in work, so its name, while it is open, names the request too.
    func answer(_ connection: ConnectionID, _ response: Response) {
        guard let session = session(connection), session.phase == .asking,
            reactor.isOpen(connection)
        else { return }
        send(session, response)
    }

    private func upgrade(
        _ session: Session,
        _ request: Request,
        _ head: RawSpan,
        _ webSockets: any WebSocketDelegate
    ) {
        if let refusal = webSockets.refusal(of: request) {
            send(session, refusal)
            return
        }
        do throws(WebSocketHandshakeError) {
            let accept = try WebSocketHandshake.accept(session.decoder, in: head)
            let extensions = WebSocketDeflate.answer(to: session.decoder, in: head)
            session.deflates = extensions != nil
            session.upgrades = true
            metrics.note(answer: HTTPStatus.switchingProtocols.rawValue)
            session.phase = .answering
            let frame = reactor.makeFrame(capacity: 512)
            // The frame is ours until the send, so its storage may be written to.
            var encoder = unsafe HTTPResponseEncoder(frame.storage)
            encoder.status(.switchingProtocols)
            encoder.header("Upgrade", "websocket")
            encoder.header("Connection", "Upgrade")
            unsafe encoder.header("Sec-WebSocket-Accept", accept.span.bytes)
            encoder.header("Sec-WebSocket-Version", "13")
            if let extensions { encoder.header("Sec-WebSocket-Extensions", extensions) }
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

    /// Notes for whom a trusted proxy asks, and takes one of the places that the network of that
    /// client has; `false` where there is none, which the client is told.
    ///
    /// A client that comes by itself has a place for its connection. One of a proxy's has it while
    /// its request is in work, and its WebSocket open.
    func welcome(_ session: Session, _ head: RawSpan) -> Bool {
        session.note(Forwarding(session.decoder, in: head, behind: proxies))
        guard let budget else { return true }
        session.hasShare = budget.takeShare(of: session.client)
        if session.hasShare { return true }
        // A body may follow, which nobody reads any more.
        let endsHere = [.none, .length(0)].contains(session.decoder.bodyFraming)
        send(
            session,
            .tooManyOfClient,
            keepAlive: endsHere && session.decoder.keepAlive && !isStopping,
            omitsBody: session.decoder.method == .head
        )
        return false
    }

    /// Gives the place back that `welcome` has taken.
    func giveShare(_ session: Session) {
        guard session.hasShare else { return }
        session.hasShare = false
        budget?.giveShare(of: session.client)
    }

    /// Answers a malformed request and ends the connection: what follows cannot be trusted.
    func fail(_ session: Session, _ status: HTTPStatus, _ reason: String) {
        log.debug(
            "a request was refused",
            metadata: [
                "status": "\(status.rawValue)", "why": "\(reason)",
                "client": "\(session.client.hostText)",
            ]
        )
        send(session, .text(status, reason), keepAlive: false, omitsBody: false)
    }

    private func send(_ session: Session, _ response: Response) {
        send(
            session,
            response,
            keepAlive: session.decoder.keepAlive && !isStopping,
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
        session.isFresh = false
        metrics.note(answer: response.status.rawValue)
        session.discardsInput = !keepAlive
        let own = if case .bytes = response.body { response.bodyByteCount } else { 0 }
        let frame = reactor.makeFrame(capacity: 4096 + own)
        // The frame is ours until the send, so its storage may be written to.
        var encoder = unsafe HTTPResponseEncoder(frame.storage)
        let connection = ResponseHead.connection(keepAlive, session.decoder.version)
        ResponseHead.write(response, date: dates.now(), connection: connection, into: &encoder)
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

    func send(_ session: Session, head: StaticString) {
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

    func answered(_ session: Session) {
        if session.isContinuing {
            session.isContinuing = false
            session.phase = .body
            session.deadline = reactor.now + ServerLimits.bodyNanoseconds
        } else if session.upgrades {
            session.upgrades = false
            session.phase = .webSocket
            session.deadline = nil
            session.webSocket = WebSocketDecoder(
                messageBytesMax: messageBytesMax,
                inflater: session.deflates ? inflater : nil
            )
            metrics.webSocketsOpened += 1
            metrics.webSocketsOpen += 1
            webSockets?.opened(session)
        } else if session.discardsInput || isStopping {
            giveShare(session)
            drain(session)
            return
        } else {
            giveShare(session)
            session.decoder.reset()
            session.phase = .head
            session.deadline = reactor.now + ServerLimits.keepAliveNanoseconds
        }
        if !session.input.isEmpty || session.isHeld || session.inputIsPaused { resume(session) }
        if session.inputEnded, !session.hasLastWords { reactor.close(session.id) }
    }
}
