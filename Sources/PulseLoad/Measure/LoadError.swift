import PulseReactor
import PulseWire

/// What went wrong with one client.
enum LoadError: Hashable {
    /// The connection could not be had.
    case connect(ConnectError)
    /// The answer to the upgrade was not the right one.
    case refused(WebSocketRefusal)
    /// The server does not compress, though that was asked for.
    case uncompressed
    /// The answer to the upgrade was not HTTP.
    case notHTTP(String)
    /// The server said that it closes.
    case closed(UInt16?)
    /// The connection ended without a word.
    case ended
    /// A frame that RFC 6455 forbids.
    case frame(WebSocketError)
    /// A message that is not what the protocol says.
    case message
    /// The server refused a command, with this code.
    case command(String)
    /// There was no first message in time.
    case timeout

    /// The kind for the report, in words.
    var text: String {
        switch self {
        case .connect(let error): "could not connect: \(error)"
        case .refused(let refusal): "refused: \(refusal.reason)"
        case .uncompressed: "refused: the server does not compress"
        case .notHTTP(let reason): "refused: \(reason)"
        case .closed(let code?): "closed by the server with \(code)"
        case .closed(nil): "closed by the server without a code"
        case .ended: "ended without a close frame"
        case .frame(let error): "protocol error: \(error.reason)"
        case .message: "protocol error: a message is malformed"
        case .command(let code): "command refused: \(code)"
        case .timeout: "no first message in time"
        }
    }
}
