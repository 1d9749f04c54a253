import Glibc
import PulseJSON

/// Reads the configuration file: a JSON object in which an unknown key is an error.
package enum ConfigurationFile {
    /// What the file may say.
    private enum Key: String, CaseIterable {
        case listen
        case metricsListen
        case interval
        case io
        case threads
        case maxConnections
        case data
        case logLevel
        case logFormat
        case agentTokens
        case remotes
    }

    /// Reads the file at `path` into `configuration`.
    package static func load(
        _ path: String,
        into configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        guard let content = File.read(path) else {
            let reason = unsafe String(cString: strerror(errno))
            throw ConfigurationError("cannot read the configuration \(path): \(reason)")
        }
        try parse(content, name: path, into: &configuration)
    }

    /// Reads the file's content; `name` stands in front of each message.
    static func parse(
        _ content: [UInt8],
        name: String,
        into configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        let bytes = unsafe content.span.bytes
        var reader = JSONReader(bytes)
        // Where the value that is being read begins, or the key in front of it.
        var offset = 0
        do {
            try reader.beginObject()
            while true {
                offset = firstQuote(from: reader.offset, in: content)
                guard let key = try reader.nextKey() else { break }
                let text = key.text
                guard let known = Key(rawValue: text) else {
                    let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ConfigurationError("unknown key \"\(text)\"; the keys are \(names)")
                }
                _ = try reader.peek()
                offset = reader.offset
                try read(known, from: &reader, at: &offset, in: content, into: &configuration)
            }
            try reader.finish()
        } catch let error as JSONError {
            let position = JSONPosition(of: error.offset, in: bytes)
            throw ConfigurationError(
                "\(name):\(position.line):\(position.column): \(words(for: error))"
            )
        } catch {
            let position = JSONPosition(of: offset, in: bytes)
            throw ConfigurationError("\(name):\(position.line):\(position.column): \(error)")
        }
    }

    /// Where the next key begins.
    private static func firstQuote(from offset: Int, in content: [UInt8]) -> Int {
        content[offset...].firstIndex(of: UInt8(ascii: "\"")) ?? offset
    }

    /// Reads one value; `offset` follows to where a mistake would be.
    private static func read(
        _ key: Key,
        from reader: inout JSONReader,
        at offset: inout Int,
        in content: [UInt8],
        into configuration: inout ServerConfiguration
    ) throws {
        switch key {
        case .listen:
            configuration.listen = []
            try reader.beginArray()
            while try reader.nextElement() {
                _ = try reader.peek()
                offset = reader.offset
                let address = try ConfigurationValues.address(try reader.readString())
                configuration.listen.append(address)
            }
        case .metricsListen:
            configuration.metricsListen = try ConfigurationValues.address(try reader.readString())
        case .interval:
            let text = try reader.readString()
            configuration.intervalMilliseconds = try ConfigurationValues.interval(text)
        case .io: configuration.io = try ConfigurationValues.io(try reader.readString())
        case .threads:
            configuration.threads = try ConfigurationValues.threads(try reader.readUInt64())
        case .maxConnections:
            let count = try reader.readUInt64()
            configuration.connectionsMax = try ConfigurationValues.connectionsMax(count)
        case .data: configuration.data = try ConfigurationValues.folder(try reader.readString())
        case .logLevel:
            configuration.logLevel = try ConfigurationValues.logLevel(try reader.readString())
        case .logFormat:
            configuration.logFormat = try ConfigurationValues.logFormat(try reader.readString())
        case .remotes:
            configuration.remotes = try RemoteConfiguration.readAll(
                from: &reader,
                at: &offset,
                in: content
            )
        case .agentTokens:
            configuration.agentTokens = AgentTokens()
            try reader.beginArray()
            while try reader.nextElement() {
                _ = try reader.peek()
                offset = reader.offset
                try configuration.agentTokens.add(try reader.readString())
            }
        }
    }

    private static func words(for error: JSONError) -> String {
        switch error {
        case .unexpectedByte: "this is not valid JSON"
        case .unexpectedEnd: "the file ends too early"
        case .tooDeep: "too many nested values"
        case .numberOutOfRange: "this number is out of range"
        case .typeMismatch: "a value of another type is expected here"
        case .invalidEscape: "this escape in a string is not valid"
        case .invalidUTF8: "this is not valid UTF-8"
        }
    }
}
