/// What a diagnosis asks of the network below HTTP.
package protocol EndpointProbe {
    /// Looks up a name, or reads an address.
    func addresses(of host: String, port: UInt16) async throws(ProbeFailure) -> [EndpointAddress]

    /// Opens a TCP connection and closes it; returns how many nanoseconds that took.
    func connect(to address: EndpointAddress) async throws(ProbeFailure) -> UInt64
}

/// One address of an endpoint.
package struct EndpointAddress: Sendable, Equatable {
    /// As people write it, without a port: `192.0.2.1`, `fd00::1`.
    package var text: String
    /// The bytes of a `sockaddr` with the port in it.
    package var kernelForm: [UInt8]

    package init(text: String, kernelForm: [UInt8]) {
        self.text = text
        self.kernelForm = kernelForm
    }
}

/// Why a name has no address, or an address takes no connection.
package enum ProbeFailure: Error, Equatable {
    /// In the resolver's words.
    case notFound(String)
    case refused
    case timedOut
    /// In the kernel's words.
    case unreachable(String)

    /// What follows the address: "… refuses connections".
    var words: String {
        switch self {
        case .notFound(let why): "does not resolve (\(why))"
        case .refused: "refuses connections"
        case .timedOut: "does not answer"
        case .unreachable(let why): "cannot be reached (\(why))"
        }
    }
}
