import PulseJSON
package import PulseWire

/// An answer on its way to one client.
package struct Response {
    /// What follows the head.
    package enum Body {
        case none
        case bytes([UInt8])
        /// A file of the page: memory that lives as long as the process.
        case asset(EmbeddedBytes)
    }

    package var status: HTTPStatus
    /// The media type of the body.
    package var contentType: String?
    /// Further headers; the common ones are added when the head is written.
    package var headers: [(name: StaticString, value: String)] = []
    package var body: Body = .none

    /// An answer without a body.
    package init(_ status: HTTPStatus) {
        self.status = status
    }

    var bodyByteCount: Int {
        switch body {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .asset(let bytes): bytes.count
        }
    }

    /// A JSON document, which nobody may keep.
    static func json(_ status: HTTPStatus, _ body: [UInt8]) -> Response {
        var response = Response(status)
        response.contentType = "application/json"
        response.headers = [("Cache-Control", "no-store")]
        response.body = .bytes(body)
        return response
    }

    /// A line of text for people.
    package static func text(_ status: HTTPStatus, _ text: String) -> Response {
        var response = Response(status)
        response.contentType = "text/plain; charset=utf-8"
        response.headers = [("Cache-Control", "no-store")]
        response.body = .bytes(Array("\(text)\n".utf8))
        return response
    }

    /// An error in the form of the REST interface: `{"error":…,"code":…,"details":{}}`.
    static func error(_ status: HTTPStatus, code: String, _ message: String) -> Response {
        json(
            status,
            jsonBytes { writer in
                writer.fragment("{\"error\":")
                writer.string(message)
                writer.fragment(",\"code\":")
                writer.string(code)
                writer.fragment(",\"details\":{}}")
            }
        )
    }

    /// The whole answer to a client for which there is no room, as bytes.
    static let noRoom: StaticString = """
        HTTP/1.1 503 Service Unavailable\r
        Content-Type: text/plain; charset=utf-8\r
        Cache-Control: no-store\r
        Retry-After: 10\r
        Connection: close\r
        Content-Length: 32\r
        \r
        there are too many clients here

        """

    /// The answer to one request more than a client of a trusted proxy may have in work.
    static var tooManyOfClient: Response {
        var response = error(
            .tooManyRequests,
            code: "too_many_connections",
            "this address has as many requests and dashboards open as one may have"
        )
        response.headers.append(("Retry-After", "10"))
        return response
    }

    /// The answer to a request that may come over TLS only (RFC 9110 section 7.4).
    static let misdirected = error(
        .misdirectedRequest,
        code: "misdirected",
        "this address speaks no TLS, so that nothing of https can be asked for here"
    )

    /// Leads to another address, by a reference that its client resolves.
    static func redirect(to reference: String) -> Response {
        var response = text(.temporaryRedirect, "this is at \(reference)")
        response.headers.append(("Location", reference))
        return response
    }

    /// The answer to a method that a path does not have.
    static func methodNotAllowed(_ allowed: String) -> Response {
        var response = error(
            .methodNotAllowed,
            code: "method_not_allowed",
            "this address answers \(allowed) only"
        )
        response.headers.append(("Allow", allowed))
        return response
    }
}

/// Bytes that the program carries; safe to keep because they are never freed.
@safe package struct EmbeddedBytes: Sendable {
    private let address: UInt
    let count: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        address = UInt(bitPattern: bytes.baseAddress)
        count = bytes.count
    }

    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
    }
}
