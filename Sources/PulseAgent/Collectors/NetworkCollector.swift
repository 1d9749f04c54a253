/// What one network interface carried since boot, and what is known of it.
package struct InterfaceFigures: Sendable, Equatable {
    package var name: String
    package var receivedBytes: UInt64
    package var sentBytes: UInt64
    /// The hardware address; `nil` when there is none.
    package var hardwareAddress: String?
    /// Mb/s; `nil` while the link is down or when the driver does not say.
    package var speedMegabits: UInt64?
    /// In CIDR form, such as `192.0.2.2/24`.
    package var addresses: [String] = []

    package init(name: String, receivedBytes: UInt64, sentBytes: UInt64) {
        self.name = name
        self.receivedBytes = receivedBytes
        self.sentBytes = sentBytes
    }
}

/// The traffic of the host, each byte counted once (/proc/net/dev).
struct NetworkCollector: ~Copyable, Sendable {
    private var file: SourceFile
    private let classDirectory: String
    private let isThisMachine: Bool

    init(roots: Roots) {
        file = SourceFile(roots.proc + "/net/dev")
        classDirectory = roots.sys + "/class/net"
        isThisMachine = roots.isThisMachine
    }

    /// The interfaces with hardware behind them; where there are none (a container), all that are
    /// not plainly virtual.
    mutating func collect() -> [InterfaceFigures] {
        guard let text = file.read() else { return [] }
        let shown = Self.parse(text).filter { Self.isShown($0.name) }
        let directory = classDirectory
        let physical = shown.filter { pathExists("\(directory)/\($0.name)/device") }
        let addresses = isThisMachine ? InterfaceAddresses.current() : [:]
        return (physical.isEmpty ? shown : physical).map { interface in
            var interface = interface
            let attributes = "\(directory)/\(interface.name)"
            interface.hardwareAddress = readSmallFile(attributes + "/address")
                .flatMap(Self.parseHardwareAddress)
            // Reading the speed of a link that is down fails with EINVAL, or gives -1.
            interface.speedMegabits = readSmallFile(attributes + "/speed")?.trimmed.unsigned
            interface.addresses = addresses[interface.name] ?? []
            return interface
        }
    }
}

extension NetworkCollector {
    /// Bridges' and guests' ports, tunnels, and what carries no traffic of the host.
    static let virtualPrefixes = [
        "cali", "cni", "dummy", "erspan", "flannel", "fwbr", "fwln", "fwpr", "gre", "ifb",
        "ip6_vti",
        "ip6gre", "ip6tnl", "ip_vti", "sit", "tailscale", "tap", "teql", "tun", "veth", "virbr",
        "vnet", "wg", "zt",
    ]

    /// Whether an interface of this name may be one of the host's own.
    static func isShown(_ name: String) -> Bool {
        name != "lo" && name != "docker0" && !isDockerBridge(name)
            && !virtualPrefixes.contains { name.hasPrefix($0) }
    }

    /// Docker names the bridge of a network `br-` and 12 hexadecimal digits.
    private static func isDockerBridge(_ name: String) -> Bool {
        guard name.hasPrefix("br-"), name.utf8.count == 15 else { return false }
        return name.dropFirst(3).allSatisfy(\.isHexDigit)
    }

    /// Reads all interfaces; the name may touch its colon and the first counter may touch that.
    static func parse(_ dev: SourceText) -> [InterfaceFigures] {
        dev.lines().compactMap { line in
            // The two heading lines have no colon.
            guard let (name, rest) = line.split(atFirst: ":") else { return nil }
            let counters = rest.fields()
            guard counters.count >= 16, let received = counters[0].unsigned,
                let sent = counters[8].unsigned
            else { return nil }
            return InterfaceFigures(
                name: name.trimmed.text,
                receivedBytes: received,
                sentBytes: sent
            )
        }
    }

    /// The address as sysfs prints it, unless it is empty or all zeros.
    static func parseHardwareAddress(_ text: SourceText) -> String? {
        let address = text.trimmed
        let hasDigit = address.contains { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: ":") }
        return hasDigit ? address.text : nil
    }
}
