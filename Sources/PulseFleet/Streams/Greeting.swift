package import PulseJSON

/// The first message of a connection: what this run of the server is, and what it can tell.
///
/// It needs nothing of the rows, so every thread can write it.
package struct Greeting: Sendable {
    package let epochText: String
    private let version: String
    private let intervalMilliseconds: Int
    private let demo: Bool

    package init(epochText: String, version: String, intervalMilliseconds: Int, demo: Bool) {
        self.epochText = epochText
        self.version = version
        self.intervalMilliseconds = intervalMilliseconds
        self.demo = demo
    }

    /// Writes `hello`; `ts` is the intended wall time of the last tick.
    package func encode(ts: Int64, into writer: inout JSONWriter) {
        writer.fragment("{\"type\":\"hello\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"protocol\":1,\"version\":")
        writer.string(version)
        writer.fragment(",\"epoch\":")
        writer.string(epochText)
        writer.fragment(",\"interval\":")
        writer.int(Int64(intervalMilliseconds))
        writer.fragment(",\"demo\":")
        writer.bool(demo)
        writer.fragment(",\"streams\":[")
        for stream in StreamName.allCases {
            if stream.index > 0 { writer.fragment(",") }
            writer.string(stream.rawValue)
        }
        writer.fragment("],\"units\":{")
        encodeUnits(into: &writer)
        writer.fragment("}}")
    }

    /// Writes the units of all fields that have one; a name means the same in every stream.
    private func encodeUnits(into writer: inout JSONWriter) {
        var names: Set<String> = []
        for stream in StreamName.allCases {
            let schema = stream.schema
            for field in schema.cold + schema.hot {
                guard let unit = field.unit, names.insert("\(field.name)").inserted else {
                    continue
                }
                writer.fragment(names.count == 1 ? "\"" : ",\"")
                writer.fragment(field.name)
                writer.fragment("\":\"")
                writer.fragment(unit)
                writer.fragment("\"")
            }
        }
    }
}
