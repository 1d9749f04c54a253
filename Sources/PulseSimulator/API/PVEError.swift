/// Why a call gives no data.
enum PVEError: Error, Equatable {
    /// Parameters and what is wrong with each.
    case parameters([String: String])
    /// A privilege that the token lacks, and on which path.
    case permission(String, Privilege)
    /// A call that tokens may not make.
    case needsTicket(String)
    /// Nobody, or nobody who is known.
    case unauthorized(String)
    /// A login that failed: unlike the others it has a body.
    case authenticationFailure
    /// The call died, with these words.
    case failure(String)
    /// There is no such call.
    case notImplemented(String)
    /// A node that another one could not reach.
    case unreachable(String)
    /// Not of the API.
    case noSuchFile(String)

    /// A call of a path's that there is not.
    static func unknown(_ method: String, _ path: [String]) -> PVEError {
        .notImplemented("Method '\(method) /\(path.joined(separator: "/"))' not implemented")
    }

    /// The answer as pveproxy gives it (pve-http-server 5.2.0 and later).
    func answer(shuffledBy seed: UInt64) -> APIAnswer {
        switch self {
        case .parameters(let errors):
            let fields = errors.map { PVEValue.Field($0.key, .text($0.value + "\n")) }
            return PVEError.json(
                400,
                "Parameter verification failed.",
                [.init("errors", .object(fields))],
                seed
            )
        case .permission(let path, let privilege):
            let words = "Permission check failed (\(path), \(privilege.rawValue))"
            return PVEError.json(403, words, [], seed)
        case .needsTicket(let path):
            let words = "Permission check failed - URI '\(path)' not available with API token, "
            return PVEError.json(403, words + "need proper ticket.", [], seed)
        case .unauthorized(let words):
            var answer = APIAnswer(401, words)
            answer.delayMilliseconds = PVEError.refusalMilliseconds
            return answer
        case .authenticationFailure:
            var answer = PVEError.json(401, "authentication failure", [], seed)
            answer.delayMilliseconds = PVEError.refusalMilliseconds
            return answer
        case .failure(let words):
            return PVEError.json(500, words, [], seed)
        case .notImplemented(let words):
            let message = PVEValue.Field("message", .text(words))
            let body = PVEValue.object([.init("data", .null), message]).encoded(shuffledBy: seed)
            return .json(501, words, body)
        case .unreachable(let words):
            var answer = APIAnswer(595, words)
            answer.delayMilliseconds = PVEError.unreachableMilliseconds
            return answer
        case .noSuchFile(let path):
            return APIAnswer(404, "no such file '\(path)'")
        }
    }

    /// How long a 401 is held back.
    private static let refusalMilliseconds: Int64 = 3000
    /// How long a node asks for the hardware address of one that is gone.
    private static let unreachableMilliseconds: Int64 = 3000

    private static func json(
        _ status: Int,
        _ words: String,
        _ others: [PVEValue.Field],
        _ seed: UInt64
    ) -> APIAnswer {
        let fields = [.init("data", .null), .init("message", .text(words + "\n"))] + others
        return .json(status, words, PVEValue.object(fields).encoded(shuffledBy: seed))
    }
}
