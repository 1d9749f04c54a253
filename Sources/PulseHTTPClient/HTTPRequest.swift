package import PulseReactor

/// One request to another server.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package var method: Method
    /// An http or https URL; redirects are not followed.
    package var url: String
    /// Sent as they are; names and values hold no control characters.
    package var fields: [HTTPField]
    /// Sent with POST and PUT.
    package var body: [UInt8]
    /// Which certificate an https server must show.
    package var trust = ServerTrust.system
    /// A longer body of the answer is an error.
    package var answerBytesMax = HTTPClientLimits.answerBytesMax
    /// How long the name, the connection and the TLS handshake may take, within the deadline.
    package var connectNanoseconds = HTTPClientLimits.connectNanoseconds

    /// A request without conditions beyond the defaults.
    package init(
        _ method: Method,
        _ url: String,
        fields: [HTTPField] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }

    /// The host with its port as the URL names them, for messages; never user and password.
    package var origin: String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { !"/?#".contains($0) }
        return String(authority.split(separator: "@").last ?? "")
    }
}

/// One header field.
package struct HTTPField: Sendable, Equatable {
    package var name: String
    package var value: String

    /// Neither part may hold control characters.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it is one line with a name.
    var isValid: Bool {
        let isPrintable = { (text: String) in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
        return !name.isEmpty && !name.contains(":") && isPrintable(name) && isPrintable(value)
    }
}
