package import PulseHTTPClient

/// Why the server did not take a report, in words a person can act on.
package enum DeliveryFailure: Error, Equatable, CustomStringConvertible {
    case noAnswer(TransportError)
    /// 401 or 403.
    case unauthorized(status: Int)
    case redirected(to: String)
    /// The server found fault with this report: it would never take it.
    case unacceptable(status: Int)
    case status(Int)

    /// What an answer means; `nil` when the report was taken.
    init?(_ answer: HTTPAnswer) {
        switch answer.status {
        case 200..<300: return nil
        case 300..<400: self = .redirected(to: answer.value(of: "Location") ?? "nowhere")
        case 401, 403: self = .unauthorized(status: answer.status)
        case 400, 413, 415, 422: self = .unacceptable(status: answer.status)
        default: self = .status(answer.status)
        }
    }

    /// What becomes of the report, and of those that wait behind it.
    enum Consequence {
        /// It waits for its next chance, and so do the others.
        case keep
        /// It alone is given up.
        case dropOne
        /// All are given up: a token that was refused would have each of them refused.
        case dropAll
    }

    var consequence: Consequence {
        switch self {
        case .unauthorized: .dropAll
        case .unacceptable: .dropOne
        case .noAnswer, .redirected, .status: .keep
        }
    }

    package var description: String {
        switch self {
        case .noAnswer(let error): error.description
        case .unauthorized(401):
            "the server does not know the token (401): check --token-file"
        case .unauthorized(let status):
            "the token may not report (\(status)): it needs the scope agent:report"
        case .redirected(let location):
            "the server redirects to \(location), which is not followed: correct --url"
        case .unacceptable(let status): "the server cannot use the report (\(status))"
        case .status(404): "the server takes no reports there (404): check --url"
        case .status(let status): "the server answers \(status)"
        }
    }
}
