/// What the API says to one request.
package struct APIAnswer: Sendable, Equatable {
    package var status: Int
    /// The text behind the status, which is where Proxmox VE puts its error messages.
    package var reason: String
    package var contentType: String?
    package var body: [UInt8]
    /// The bytes of a chunk at most, where the body comes in chunks and not with its length.
    package var chunkBytesMax: Int?
    /// How long the server takes, in milliseconds.
    package var delayMilliseconds: Int64 = 0

    /// Whether the server ends the connection behind it.
    package var closes: Bool { status >= 400 }

    package init(
        _ status: Int,
        _ reason: String,
        contentType: String? = nil,
        body: [UInt8] = []
    ) {
        self.status = status
        self.reason = reason
        self.contentType = contentType
        self.body = body
    }

    static func json(_ status: Int, _ reason: String, _ body: [UInt8]) -> APIAnswer {
        APIAnswer(status, reason, contentType: "application/json;charset=UTF-8", body: body)
    }
}
