package import PulseReactor

/// What a run does, as the command line says it.
package struct LoadOptions: Sendable {
    /// Where the server listens.
    package var address: SocketAddress
    /// The value of `Host`, as the user wrote the address.
    package var host: String
    /// Which certificate the server must show; `nil` speaks no TLS.
    package var trust: ServerTrust?
    /// The path of the stream.
    package var target = "/ws"
    /// Dashboards in all.
    package var clients = 100
    /// How long is measured, once every dashboard has its first state.
    package var durationNanoseconds: UInt64 = 60_000_000_000
    /// Over which time the clients come.
    package var rampNanoseconds: UInt64 = 5_000_000_000
    /// How long ticks come unmeasured once every dashboard has its first state: until then the
    /// kernel's buffers have grown to what the stream wants of them.
    package var warmUpNanoseconds: UInt64 = 0
    /// What is subscribed to; empty = everything that the server offers.
    package var streams: [String] = []
    /// Whether messages are asked for compressed (RFC 7692); who gets them plain is an error.
    package var deflates = false
    /// Whether some of the clients are replayed, which takes a part of the generator's time.
    package var replays = true
    /// For `Authorization: Bearer`, or `nil`.
    package var token: String?
    /// How many of the clients stop reading once they have subscribed.
    package var stalled = 0
    /// How many of the clients go and come back every few seconds.
    package var reconnecting = 0
    /// Agents that post reports beside the dashboards.
    package var agents = 0
    /// How often each of them does.
    package var agentIntervalNanoseconds: UInt64 = 30_000_000_000
    /// What the agents are let in with.
    package var agentToken: String?
    /// The server's process; `nil` = found by the port where that is possible.
    package var serverPID: Int32?

    /// The host without the port, to which a certificate is made out.
    var certificateHost: String {
        let name = host[..<(host.lastIndex(of: ":") ?? host.endIndex)]
        return name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : String(name)
    }

    /// The context of all connections of a run, or `nil` when TLS is not spoken.
    func clientContext() throws(LoadFailure) -> TLSClientContext? {
        guard let trust else { return nil }
        do throws(TLSError) {
            return try TLSClientContext(host: certificateHost, trust: trust)
        } catch {
            throw LoadFailure("\(error)")
        }
    }

    /// A run against one server.
    package init(address: SocketAddress, host: String) {
        self.address = address
        self.host = host
    }
}

/// Why a run cannot be made, in a sentence.
package struct LoadFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
