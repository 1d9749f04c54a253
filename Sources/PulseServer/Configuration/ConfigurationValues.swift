package import Logging
package import PulseLogging
package import PulseReactor

/// Reads the values that options and the configuration file have in common.
package enum ConfigurationValues {
    /// An address to listen on.
    package static func address(_ text: String) throws(ConfigurationError) -> SocketAddress {
        guard let address = SocketAddress(text) else {
            throw ConfigurationError(
                "\"\(text)\" is not an address to listen on: write ADDRESS:PORT with a numeric "
                    + "address, such as 127.0.0.1:7655, 0.0.0.0:7655 or [::1]:7655, or the path of "
                    + "a unix socket, such as unix:/run/pulse.sock"
            )
        }
        return address
    }

    /// An address to listen on that has ports.
    package static func port(_ text: String) throws(ConfigurationError) -> SocketAddress {
        let address = try address(text)
        if address.isUnix {
            throw ConfigurationError("a port is needed here, such as 127.0.0.1:0, not \"\(text)\"")
        }
        return address
    }

    /// The time between two ticks, such as 2s: from 1 to 60 seconds.
    ///
    /// Down to 100ms is taken too, for tests and benchmarks.
    package static func interval(_ text: String) throws(ConfigurationError) -> Int64 {
        guard let milliseconds = DurationText.milliseconds(text),
            (100...60_000).contains(milliseconds)
        else {
            throw ConfigurationError(
                "\"\(text)\" is not an interval: write a duration from 100ms to 60s, such as 2s"
            )
        }
        return Int64(milliseconds)
    }

    /// How many threads serve.
    package static func threads(_ count: UInt64) throws(ConfigurationError) -> Int {
        guard let threads = Int(exactly: count), (1...ServerLimits.threadsMax).contains(threads)
        else {
            throw ConfigurationError(
                "\(count) is not a number of threads: write 1 to \(ServerLimits.threadsMax)"
            )
        }
        return threads
    }

    /// How many connections are served at once.
    package static func connectionsMax(_ count: UInt64) throws(ConfigurationError) -> Int {
        guard let connections = Int(exactly: count),
            (1...ServerLimits.connectionsMax).contains(connections)
        else {
            throw ConfigurationError(
                "\(count) is not a number of connections: write 1 to "
                    + "\(ServerLimits.connectionsMax)"
            )
        }
        return connections
    }

    /// The folder for what survives a restart.
    package static func folder(_ text: String) throws(ConfigurationError) -> String {
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw ConfigurationError("\"\(text)\" is not the path of a folder")
        }
        return text
    }

    package static func io(_ text: String) throws(ConfigurationError) -> IOChoice {
        guard let choice = IOChoice(rawValue: text) else {
            throw ConfigurationError("\"\(text)\" is not auto, uring or epoll")
        }
        return choice
    }

    package static func logLevel(_ text: String) throws(ConfigurationError) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ConfigurationError(
                "\"\(text)\" is not a log level: write trace, debug, info, notice, warning, error "
                    + "or critical"
            )
        }
        return level
    }

    package static func logFormat(_ text: String) throws(ConfigurationError) -> LogFormat {
        guard let format = LogFormat(rawValue: text) else {
            throw ConfigurationError("\"\(text)\" is not text or json")
        }
        return format
    }
}
