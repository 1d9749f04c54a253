import PulseLoad
import PulseReactor
import PulseServer

/// Reads the values of `pulse load`'s options.
enum LoadValues {
    /// Where a URL leads: "ws://127.0.0.1:7655", "https://localhost:7655/ws", "127.0.0.1:7655".
    struct Place {
        let address: SocketAddress
        /// The address as the user wrote it.
        let host: String
        let target: String
        let isSecure: Bool
    }

    static func url(_ text: String) throws(ConfigurationError) -> Place {
        var rest = Substring(text)
        var isSecure = false
        if let scheme = text.firstRange(of: "://") {
            switch text[..<scheme.lowerBound] {
            case "ws", "http": rest = text[scheme.upperBound...]
            case "wss", "https":
                rest = text[scheme.upperBound...]
                isSecure = true
            default:
                throw ConfigurationError("\(text): only ws:// and wss:// addresses can be loaded")
            }
        }
        let path = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        let host = String(rest.dropLast(path.count))
        guard let address = SocketAddress(host), address.port != 0 else {
            throw ConfigurationError(
                "\(text) is not an address: write one such as ws://127.0.0.1:7655"
            )
        }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError("\(text): the path holds what no path may hold")
        }
        let target = path.isEmpty || path == "/" ? "/ws" : String(path)
        return Place(address: address, host: host, target: target, isSecure: isSecure)
    }

    /// Reads "500ms", "2s" or "10m", in nanoseconds.
    static func duration(
        _ option: String,
        _ text: String,
        atLeast milliseconds: UInt64
    ) throws(ConfigurationError) -> UInt64 {
        let limit = LoadLimits.durationSecondsMax * 1000
        guard let duration = DurationText.milliseconds(text),
            (milliseconds...limit).contains(duration)
        else {
            throw ConfigurationError(
                "\(option): \"\(text)\" is not a duration: write one such as 500ms, 60s or 10m"
            )
        }
        return duration * 1_000_000
    }

    static func within(
        _ range: ClosedRange<Int>,
        _ option: String,
        _ value: Int
    ) throws(ConfigurationError) -> Int {
        guard range.contains(value) else {
            throw ConfigurationError(
                "\(option): \(value) is not a number from \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
        return value
    }

    static func streams(_ names: [String]) throws(ConfigurationError) -> [String] {
        guard names.count <= LoadLimits.streamsMax, Set(names).count == names.count else {
            throw ConfigurationError("--stream: a stream is named twice")
        }
        return names
    }

    /// A token goes into a header line, so it has no blanks and nothing that ends a line.
    static func token(
        _ option: String,
        _ text: String
    ) throws(ConfigurationError) -> String {
        guard !text.isEmpty, text.utf8.count <= 1024,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw ConfigurationError("\(option): that is not a token") }
        return text
    }
}
