/// A request as far as the simulated API looks at it.
package struct APIRequest: Sendable, Equatable {
    package var method: String
    /// The path and what stands behind its question mark, as they came.
    package var target: String
    /// The value of the header field of that name.
    package var authorization: String?
    package var cookie: String?
    /// Whether it brings a body.
    package var hasContent = false

    package init(method: String = "GET", _ target: String, authorization: String? = nil) {
        self.method = method
        self.target = target
        self.authorization = authorization
    }

    /// The parts of the path, without empty ones.
    var path: [String] {
        target.prefix { $0 != "?" }.split(separator: "/").map { APIRequest.unescaped($0) }
    }

    /// The parameters in the query.
    var parameters: [(name: String, value: String)] {
        guard let question = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: question)...].split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                APIRequest.unescaped(parts[0]),
                parts.count > 1 ? APIRequest.unescaped(parts[1]) : ""
            )
        }
    }

    /// The value of a parameter; of several, the last.
    func parameter(_ name: String) -> String? {
        parameters.last { $0.name == name }?.value
    }

    /// Undoes escapes; what is not one stays as it is.
    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("%") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let digits = String(rest.prefix(2)),
                digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
