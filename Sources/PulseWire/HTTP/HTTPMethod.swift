/// The request methods that the product serves (RFC 9110 section 9); any other is answered 501.
package enum HTTPMethod: UInt8, CaseIterable, Sendable {
    case get
    case head
    case post
    case put
    case patch
    case delete
    case options

    /// The method as it stands on the wire; methods are case-sensitive.
    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        }
    }

    /// Reads the method that stands at `range`, or `nil` when the product does not serve it.
    init?(_ bytes: RawSpan, _ range: Range<Int>) {
        for method in HTTPMethod.allCases where bytes.equals(method.name, in: range) {
            self = method
            return
        }
        return nil
    }
}
