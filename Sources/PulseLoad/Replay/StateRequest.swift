import PulseReactor
import PulseWire

/// One `GET`, whole, on a connection of its own.
final class StateRequest: ConnectionService {
    private let reactor: Reactor
    private let request: [UInt8]
    private var id: ConnectionID?
    private var input: [UInt8] = []
    private var response = HTTPResponseDecoder()
    private var body: [UInt8] = []
    private var bodyDecoder: HTTPBodyDecoder?
    private var hasHead = false
    /// How it ended; `nil` while it has not.
    private(set) var result: Result<[UInt8], LoadFailure>?

    init(_ path: String, _ options: LoadOptions, _ reactor: Reactor, _ tls: TLSClientContext?) {
        self.reactor = reactor
        let token = options.token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        request = Array(
            "GET \(path) HTTP/1.1\r\nHost: \(options.host)\r\n\(token)Connection: close\r\n\r\n"
                .utf8
        )
        do throws(SystemError) {
            id = try reactor.connect(to: options.address, service: self, tls: tls)
        } catch {
            result = .failure(LoadFailure(error.description))
        }
    }

    func cancel() {
        if let id { reactor.close(id) }
    }

    func accepted(_ connection: ConnectionID, from peer: SocketAddress) {
        preconditionFailure("a request listens nowhere")
    }

    func connected(_ connection: ConnectionID) { reactor.send(connection, bytes: request) }

    func connectFailed(_ connection: ConnectionID, _ error: ConnectError) {
        finish(.failure(LoadFailure(error.description)))
    }

    func received(_ connection: ConnectionID, _ bytes: UnsafeMutableRawBufferPointer) {
        unsafe input.append(contentsOf: bytes)
        take()
    }

    func inputEnded(_ connection: ConnectionID) {
        if hasHead, bodyDecoder == nil { finish(.success(body)) }
        finish(.failure(LoadFailure("the answer broke off")))
    }

    func sent(_ connection: ConnectionID) {}

    func closed(_ connection: ConnectionID) {
        id = nil
        finish(.failure(LoadFailure("the connection ended before the answer")))
    }

    private func finish(_ outcome: Result<[UInt8], LoadFailure>) {
        if result != nil { return }
        result = outcome
        if let id { reactor.close(id) }
    }

    private func take() {
        let bytes = input
        do throws(HTTPResponseError) {
            if !hasHead {
                guard let count = try unsafe response.decodeHead(bytes.span.bytes) else { return }
                hasHead = true
                guard response.status == 200 else {
                    finish(.failure(LoadFailure("the server answered with \(response.status)")))
                    return
                }
                input.removeFirst(count)
                if let framing = response.bodyFraming { try begin(framing) }
            }
            try takeBody()
        } catch {
            finish(.failure(LoadFailure(error.reason)))
        }
    }

    private func begin(_ framing: HTTPBodyFraming) throws(HTTPResponseError) {
        do throws(HTTPError) {
            bodyDecoder = try HTTPBodyDecoder(framing, bytesMax: LoadLimits.stateBytesMax)
        } catch {
            throw .badField(error)
        }
    }

    private func takeBody() throws(HTTPResponseError) {
        guard var decoder = bodyDecoder else {
            body += input
            input = []
            if body.count > LoadLimits.stateBytesMax {
                finish(.failure(LoadFailure("the answer is too large")))
            }
            return
        }
        var rest = input[...]
        do throws(HTTPError) {
            while !rest.isEmpty, !decoder.isDone {
                let piece = Array(rest)
                let step = try unsafe decoder.step(piece.span.bytes)
                body += piece[step.body]
                rest = rest.dropFirst(step.consumed)
                if step.consumed == 0 { break }
            }
        } catch {
            throw .badField(error)
        }
        input = Array(rest)
        bodyDecoder = decoder
        if decoder.isDone { finish(.success(body)) }
    }
}
