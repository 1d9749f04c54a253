import PulseReactor
import PulseWire

// What comes in: heads, bodies and frames.
extension HTTPService {
    /// Deals with bytes as far as it may; returns how many it is done with.
    func process(_ session: Session, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var offset = 0
        while offset < bytes.count, !session.isHeld, reactor.isOpen(session.id) {
            if session.discardsInput { return bytes.count }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            let consumed: Int?
            switch session.phase {
            case .head: consumed = unsafe processHead(session, RawSpan(_unsafeBytes: rest))
            case .body: consumed = unsafe processBody(session, RawSpan(_unsafeBytes: rest))
            case .webSocket: consumed = unsafe processFrames(session, rest)
            case .asking, .answering, .draining: return offset
            }
            guard let consumed else { return session.discardsInput ? bytes.count : offset }
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
            let head = bytes.extracting(first: byteCount)
            if session.peerIsTrusted, !welcome(session, head) { return byteCount }
            let bodyBytesMax = delegate.bodyBytesMax(session.decoder, in: head)
            session.keepsBody = bodyBytesMax != nil
            let body = try HTTPBodyDecoder(
                session.decoder.bodyFraming,
                bytesMax: bodyBytesMax ?? ServerLimits.bodyBytesMax
            )
            if body.isDone {
                answer(session, head, body: RawSpan())
                return byteCount
            }
            if let wholeCount = wholeRequest(session, headByteCount: byteCount, of: bytes) {
                answer(session, head, body: bytes.extracting(byteCount..<wholeCount))
                return wholeCount
            }
            beginBody(session, head, body)
            return byteCount
        } catch {
            fail(session, error.status, String(describing: error.reason))
            return nil
        }
    }

    /// The bytes of a request whose body has come with its head, as most reports do: it is dealt
    /// with where it lies.
    private func wholeRequest(
        _ session: Session,
        headByteCount: Int,
        of bytes: RawSpan
    ) -> Int? {
        guard case .length(let bodyByteCount) = session.decoder.bodyFraming,
            bodyByteCount <= bytes.byteCount - headByteCount, !session.decoder.expectsContinue
        else { return nil }
        return headByteCount + bodyByteCount
    }

    private func beginBody(_ session: Session, _ head: RawSpan, _ decoder: HTTPBodyDecoder) {
        session.head = unsafe head.withUnsafeBytes { unsafe Array($0) }
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
            if session.keepsBody {
                let piece = bytes.extracting(step.body)
                unsafe piece.withUnsafeBytes { unsafe session.body.append(contentsOf: $0) }
            }
            if decoder.isDone {
                session.bodyDecoder = nil
                let (head, body) = (session.head, session.body)
                session.head = []
                session.body = []
                unsafe answer(session, head.span.bytes, body: body.span.bytes)
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
            if !(webSockets?.received(session, event, payload) ?? true) {
                session.isHeld = true
            }
            return step.consumed
        } catch {
            metrics.webSocketsFailed += 1
            webSockets?.failed(session, error)
            return nil
        }
    }
}
