package import PulseJSON

/// The generation of every stream after one tick.
package struct StreamGenerations: Sendable {
    private var values = InlineArray<8, UInt64>(repeating: 0)

    package init() {}

    package subscript(stream: StreamName) -> UInt64 {
        get { values[stream.index] }
        set { values[stream.index] = newValue }
    }

    /// Writes the sign of life for connections that have had no data for three ticks.
    package func encodeHeartbeat(ts: Int64, into writer: inout JSONWriter) {
        writer.fragment("{\"type\":\"heartbeat\",\"ts\":")
        writer.int(ts)
        writer.fragment(",\"generation\":{")
        for stream in StreamName.allCases {
            if stream.index > 0 { writer.fragment(",") }
            writer.string(stream.rawValue)
            writer.fragment(":")
            writer.uint(self[stream])
        }
        writer.fragment("}}")
    }
}
