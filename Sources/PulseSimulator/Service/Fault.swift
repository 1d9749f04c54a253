/// What is wrong with a cluster that is to be a bad peer, or what it does otherwise than usual.
enum Fault: Equatable {
    /// Connections are refused.
    case killed
    /// Connections and requests are taken, and nothing is ever answered.
    case hanging
    /// Every body is something else than JSON.
    case garbage
    /// Every body ends in the middle.
    case truncated
    /// Every body comes in chunks of so many bytes at most, as a proxy in between may send it.
    case chunked(Int)
    /// Every answer comes so much later, in milliseconds.
    case slow(Int64)
    /// Every answer is an error with this status.
    case error(Int)

    /// The word for the control endpoint.
    var name: String {
        switch self {
        case .killed: "killed"
        case .hanging: "hanging"
        case .garbage: "garbage"
        case .truncated: "truncated"
        case .chunked: "chunked"
        case .slow: "slow"
        case .error: "error"
        }
    }

    /// What becomes of an answer; `nil` when there is none.
    func apply(to answer: APIAnswer) -> APIAnswer? {
        var answer = answer
        switch self {
        case .killed, .hanging: return nil
        case .garbage: answer.body = Array("<html><body>It works!</body></html>\u{0}\u{7F}{]".utf8)
        case .truncated: answer.body = Array(answer.body.prefix(max(1, answer.body.count / 2)))
        case .chunked(let bytesMax): answer.chunkBytesMax = bytesMax
        case .slow(let milliseconds): answer.delayMilliseconds += milliseconds
        case .error(let status): return Fault.answer(status)
        }
        return answer
    }

    /// An error in the words that Proxmox VE has for it.
    private static func answer(_ status: Int) -> APIAnswer {
        let error: PVEError
        switch status {
        case 400: error = .parameters([:])
        case 401: error = .unauthorized("Authentication failed!")
        case 403: error = .permission("/", .sysAudit)
        // pmxcfs is down.
        case 500: error = .failure("ipcc_send_rec[1] failed: Connection refused")
        case 501: error = .notImplemented("Method not implemented")
        case 595: error = .unreachable("No route to host")
        case 596: return APIAnswer(status, "Broken pipe")
        case 599: return APIAnswer(status, "Too many redirections")
        default: return APIAnswer(status, "Simulated error")
        }
        var answer = error.answer(shuffledBy: 0)
        answer.delayMilliseconds = 0
        return answer
    }
}
